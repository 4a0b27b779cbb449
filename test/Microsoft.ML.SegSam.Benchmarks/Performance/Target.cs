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
            "Encoder: at least 2.5 times faster than ONNX Runtime with vit_t at 1024 and 256 and with ViT-B at 256; "
            + "with ViT-B at 1024 at least 4 times, and 5.5 times faster than the plain form; "
            + "masks in bfloat16 agree with float32, IoU at least 0.995 on real images",
            AtLeast("onnxruntime/encoder/vit-t-1024/ratio", 2.5), AtLeast("onnxruntime/encoder/vit-t-256/ratio", 2.5),
            AtLeast("onnxruntime/encoder/vit-b-1024/ratio", 4), AtLeast("plain/encoder/vit-b-1024/ratio", 5.5),
            AtLeast("onnxruntime/encoder/vit-b-256/ratio", 2.5),
            AtLeast("agreement/binary", 0.995), AtLeast("agreement/semantic", 0.995)),
        new(2,
            "Memory: peak of one ViT-B encoding at 1024 at most half of the plain form's; "
            + "level over 1,000 calls after a burst of 64 prompts",
            AtMost("memory/encode/ratio", 0.5), AtMost("memory/burst/growth", 1.05)),
        new(3,
            "Prompts at 1024, against SAM's decoder alone in ONNX Runtime: a named answer in at most 0.55 of its time, "
            + "each further prompt in 0.4, the masks of a point in automatic mode in 0.2",
            AtLeast("onnxruntime/answer/1024/ratio", 1 / 0.55), AtLeast("onnxruntime/prompt/1024/ratio", 1 / 0.4),
            AtLeast("onnxruntime/proposal/1024/ratio", 1 / 0.2)),
        new(4,
            "Pipeline: at most 5 % over the network with vit_t at 1024 and 30 % with Tiny at 128; one encoding for rows of one image; "
            + "batches equal row-by-row scoring within 1e-5",
            [.. new (string Name, double Bound)[] { ("vit-t", 0.05), ("tiny", 0.3) }.SelectMany(one => (Check[])
            [
                AtMost($"pipeline/{one.Name}/overhead", one.Bound),
                AtMost($"pipeline/{one.Name}/encodings", 1),
                AtMost($"pipeline/{one.Name}/difference", 1e-5),
                AtMost($"pipeline/{one.Name}/difference/logits", 1e-5),
            ])]),
        new(5,
            "Training: a step at least 3.3 times faster than the plain form; "
            + "epochs from the embedding cache at least 15 times faster; the optimizer under 10 % of a step; "
            + "data never starves the network",
            AtLeast("plain/training/step/ratio", 3.3), AtLeast("training/frozen", 15),
            AtMost("training/optimizer", 0.1), AtMost("training/reading", 1)),
        new(6,
            "Start: from process start to the first named mask of segsam-mini sooner than ONNX Runtime has MobileSAM's mask "
            + "at the same size",
            AtLeast("onnxruntime/start/mini/ratio", 1)),
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
    /// "met", "missed", or what is not measured. Masks' agreement is not wanted where there are no real images.
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
            || !check.Key.StartsWith("agreement/", StringComparison.Ordinal));

    private static Check AtLeast(string key, double bound) => new(key, bound, AtLeast: true);

    private static Check AtMost(string key, double bound) => new(key, bound, AtLeast: false);

    private static Check Shown(string key) => new(key, double.MaxValue, AtLeast: false);
}
