namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>A bound on the median of a figure.</summary>
internal sealed record Check(string Key, double Bound, bool AtLeast)
{
    public bool Holds(Figure figure) => AtLeast ? figure.Median >= Bound : figure.Median <= Bound;
}

/// <summary>What is to be reached on two quiet cores. Without checks it is enough that the figures of a part are there.</summary>
internal sealed record Target(int Number, string Text, params Check[] Checks)
{
    public static IReadOnlyList<Target> All { get; } =
    [
        new(1,
            "Encoder: at least 70 % of the machine's matrix rate with ViT-B at 1024 and at 256, "
            + "bare and with SAM-Med2D's adapters; the same in bfloat16 where the processor supports it, "
            + "and there at least 4 times faster than the plain form; "
            + "masks in bfloat16 agree with float32, IoU at least 0.995 on real images",
            [
                .. ((string[])["vit-b-1024", "vit-b-256", "med2d-256"]).SelectMany(name => (Check[])
                [
                    AtLeast($"encoder/{name}/float32/share", 0.7),
                    AtLeast($"encoder/{name}/bfloat16/share", 0.7),
                    AtLeast($"encoder/{name}/bfloat16/plain", 4),
                ]),
                AtLeast("agreement/binary", 0.995),
                AtLeast("agreement/semantic", 0.995),
            ]),
        new(2, "Memory: peak of one ViT-B encoding at 1024 at most half of the plain form's", AtMost("memory/encode/ratio", 0.5)),
        new(3,
            "Prompts: one at 1024 at least 3 times faster than the plain form; "
            + "each additional one of 64 costs at most half a single call",
            AtLeast("prompts/1/plain", 3), AtMost("prompts/64/marginal", 0.5)),
        new(4,
            "Pipeline: at most 5 % over the bare network; one encoding for rows of one image; "
            + "batches equal row-by-row scoring within 1e-5",
            [.. ((string[])["vit-b", "tiny"]).SelectMany(name => (Check[])
            [
                AtMost($"pipeline/{name}/overhead", 0.05),
                AtMost($"pipeline/{name}/encodings", 1),
                AtMost($"pipeline/{name}/difference", 1e-5),
                AtMost($"pipeline/{name}/difference/logits", 1e-5),
            ])]),
        new(5,
            "Training: a step at least 2.5 times faster than the plain form; "
            + "epochs from the embedding cache at least 20 times faster; the optimizer under 10 % of a step; "
            + "data never starves the network",
            AtLeast("training/step/plain", 2.5), AtLeast("training/frozen", 20),
            AtMost("training/optimizer", 0.1), AtMost("training/reading", 1)),
        new(6,
            "Lite: vit_t at 1024 and 256 in the same tables, and end to end with process start (no bound set)",
            Shown("encoder/vit-t-256/float32/share"), Shown("encoder/vit-t-1024/float32/share"),
            Shown("lite/vit-t-256/start"), Shown("lite/vit-t-1024/start")),
        new(7, "Growth: time linear in prompts and rows (exponent at most 1.1), memory constant in rows (exponent at most 0.05)",
            AtMost("growth/prompts/slope", 1.1), AtMost("growth/rows/slope", 1.1), AtMost("growth/rows/memory-slope", 0.05),
            Shown("growth/size/slope"), Shown("growth/categories/slope")),
        new(8,
            "Threads: 8 at once give the predictions of one thread (within 1e-5), "
            + "with at least its throughput on all cores; "
            + "no collapse beside a busy process (at least half of the throughput remains)",
            AtMost("threads/difference", 1e-5), AtLeast("threads/8", 1), AtLeast("threads/busy", 0.5)),
    ];

    /// <summary>
    /// "met", "missed", or what is not measured. Figures in bfloat16 are not wanted where the processor has none, nor its
    /// agreement where there are no real images.
    /// </summary>
    public string Verdict(IReadOnlyDictionary<string, Figure> figures)
    {
        var wanted = Wanted(figures).ToList();
        if (wanted.Exists(check => figures.TryGetValue(check.Key, out var found) && !check.Holds(found)))
            return "missed";
        var missing = wanted.Where(check => !figures.ContainsKey(check.Key)).Select(check => check.Key).ToList();
        return missing.Count == 0 ? "met" : $"not measured: {string.Join(", ", missing)}";
    }

    /// <summary>The figures that decide, those that miss their bound in bold.</summary>
    public string Reached(IReadOnlyDictionary<string, Figure> figures) => string.Join("; ", Wanted(figures)
        .Where(check => figures.ContainsKey(check.Key))
        .Select(check => (Check: check, Figure: figures[check.Key]))
        .Select(one => $"{one.Check.Key} {(one.Check.Holds(one.Figure) ? one.Figure.Text : $"**{one.Figure.Text}**")}"));

    private IEnumerable<Check> Wanted(IReadOnlyDictionary<string, Figure> figures) =>
        Checks.Where(check => figures.ContainsKey(check.Key)
            || !check.Key.Contains("bfloat16", StringComparison.Ordinal)
                && !check.Key.StartsWith("agreement/", StringComparison.Ordinal));

    private static Check AtLeast(string key, double bound) => new(key, bound, AtLeast: true);

    private static Check AtMost(string key, double bound) => new(key, bound, AtLeast: false);

    private static Check Shown(string key) => new(key, double.MaxValue, AtLeast: false);
}
