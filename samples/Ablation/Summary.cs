using SampleKit;

namespace Ablation;

/// <summary>One measure of one variant over the seeds, as shown in the tables.</summary>
internal sealed record Cell(string Variant, Prompting Prompting, bool FewShot, string Measure, Statistic Value);

/// <summary>Summarizes runs as cells, and as the gain of each step over the one before it.</summary>
internal sealed class Summary(IReadOnlyList<Variant> variants, IReadOnlyList<RunResult> runs)
{
    /// <summary>The measures, by name.</summary>
    public static IReadOnlyList<(string Name, Func<Figures, double> Of)> Measures { get; } =
    [
        ("binary Dice", figures => figures.BinaryDice), ("semantic Dice", figures => figures.SemanticDice),
        ("class accuracy", figures => figures.ClassAccuracy), ("presence F1", figures => figures.PresenceF1),
        ("mask agreement", figures => figures.Agreement),
    ];

    /// <summary>Pairs of variants that differ in one part, which the second has.</summary>
    public static IReadOnlyList<(string Without, string With, string What)> Steps { get; } =
    [
        ("a", "b", "semantic-aware decoder"), ("b", "c", "text"), ("b", "c-head", "text in the class head"),
        ("c-head", "c", "text summary token"), ("c-names", "c", "descriptions, over names"),
        ("c-shuffled", "c", "descriptions, over shuffled ones"), ("c", "d", "alignment"), ("a", "d", "all three"),
    ];

    public IReadOnlyList<Variant> Variants => variants;

    public IEnumerable<Cell> Cells =>
        from variant in variants
        from prompting in Enum.GetValues<Prompting>()
        from fewShot in (bool[])[false, true]
        from measure in Measures
        let values = Values(variant.Key, prompting, fewShot, measure.Of).Values
        select new Cell(variant.Key, prompting, fewShot, measure.Name, Statistic.Of([.. values]));

    /// <summary>Mean of the differences seed by seed, so that the difficulty of data and initial weights cancels out.</summary>
    public IEnumerable<(string What, Prompting Prompting, bool FewShot, string Measure, Statistic Gain)> Gains =>
        from step in Steps
        where variants.Any(variant => variant.Key == step.Without) && variants.Any(variant => variant.Key == step.With)
        from prompting in Enum.GetValues<Prompting>()
        from fewShot in (bool[])[false, true]
        from measure in Measures
        let without = Values(step.Without, prompting, fewShot, measure.Of)
        let with = Values(step.With, prompting, fewShot, measure.Of)
        let differences = without.Keys.Intersect(with.Keys).Select(seed => with[seed] - without[seed])
        select (step.What, prompting, fewShot, measure.Name, Statistic.Of([.. differences]));

    private Dictionary<int, double> Values(string variant, Prompting prompting, bool fewShot, Func<Figures, double> measure) =>
        runs.Where(run => run.Variant == variant).ToDictionary(run => run.Seed, run =>
        {
            var figures = run.Figures.Single(kind => kind.Prompting == prompting);
            return measure(fewShot ? figures.FewShot : figures.Common);
        });
}
