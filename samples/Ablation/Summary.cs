namespace Ablation;

/// <summary>One measure of one variant over the seeds, as the tables show it.</summary>
internal sealed record Cell(string Variant, Prompting Prompting, bool FewShot, string Measure, Statistic Value);

/// <summary>The runs as cells, and as what each step adds to the one before it.</summary>
internal sealed class Summary(IReadOnlyList<Variant> variants, IReadOnlyList<RunResult> runs)
{
    /// <summary>Names of the measures, with how to read them off.</summary>
    public static IReadOnlyList<(string Name, Func<Figures, double> Of)> Measures { get; } =
    [
        ("binary Dice", figures => figures.BinaryDice), ("semantic Dice", figures => figures.SemanticDice),
        ("class accuracy", figures => figures.ClassAccuracy), ("presence F1", figures => figures.PresentF1), ("mask agreement", figures => figures.Agreement),
    ];

    /// <summary>Pairs of variants that differ by one thing: the second has it.</summary>
    public static IReadOnlyList<(string Without, string With, string What)> Steps { get; } =
    [
        ("a", "b", "semantic-aware decoder"), ("b", "c", "text"), ("b", "c-head", "text in the class head"), ("c-head", "c", "text summary token"), ("c-names", "c", "descriptions instead of names"),
        ("c-shuffled", "c", "descriptions instead of shuffled ones"), ("c", "d", "alignment"), ("a", "d", "all three"),
    ];

    public IReadOnlyList<Variant> Variants => variants;

    public IEnumerable<Cell> Cells =>
        from variant in variants
        from prompting in Enum.GetValues<Prompting>()
        from fewShot in (bool[])[false, true]
        from measure in Measures
        select new Cell(variant.Key, prompting, fewShot, measure.Name, Statistic.Of([.. Values(variant.Key, prompting, fewShot, measure.Of).Values]));

    /// <summary>The mean of the differences, seed by seed: data and starting weights that are easy or hard for both cancel.</summary>
    public IEnumerable<(string What, Prompting Prompting, bool FewShot, string Measure, Statistic Gain)> Gains =>
        from step in Steps
        where variants.Any(variant => variant.Key == step.Without) && variants.Any(variant => variant.Key == step.With)
        from prompting in Enum.GetValues<Prompting>()
        from fewShot in (bool[])[false, true]
        from measure in Measures
        let without = Values(step.Without, prompting, fewShot, measure.Of)
        let with = Values(step.With, prompting, fewShot, measure.Of)
        select (step.What, prompting, fewShot, measure.Name, Statistic.Of([.. without.Keys.Intersect(with.Keys).Select(seed => with[seed] - without[seed])]));

    private Dictionary<int, double> Values(string variant, Prompting prompting, bool fewShot, Func<Figures, double> measure) =>
        runs.Where(run => run.Variant == variant).ToDictionary(run => run.Seed, run =>
        {
            var answer = run.Answers.Single(one => one.Prompting == prompting);
            return measure(fewShot ? answer.FewShot : answer.Common);
        });
}
