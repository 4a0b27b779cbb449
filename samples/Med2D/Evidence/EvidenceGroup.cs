using Med2D.Scoring;
using SampleKit;

namespace Med2D.Evidence;

/// <summary>Runs that differ by their seeds alone: one row of a table.</summary>
internal sealed record EvidenceGroup(string Title, IReadOnlyList<EvidenceRun> Runs)
{
    /// <summary>A figure, mean over sources, with its deviation over the runs; null where nothing was measured.</summary>
    public Statistic? Mean(string prompt, Func<Figures, double?> figure) => Over(run => Average(run.Scored, prompt, figure));

    /// <summary>The same over the sources of a modality.</summary>
    public Statistic? OfModality(string modality, string prompt, Func<Figures, double?> figure) =>
        Over(run => Average(run.Scored.Where(source => source.Modality == modality), prompt, figure));

    /// <summary>The same of one source.</summary>
    public Statistic? OfSource(string source, string prompt, Func<Figures, double?> figure) =>
        Over(run => Average(run.Scored.Where(one => one.Source == source), prompt, figure));

    /// <summary>How many sources are above the filled ellipse with a box.</summary>
    public Statistic? AboveEllipse() => Over(run => run.Scored.Any(source => source.Prompts.ContainsKey(PromptNames.Box))
        ? run.Scored.Count(source => source.Prompts[PromptNames.Box].BinaryDice > source.Prompts[PromptNames.FilledEllipse].BinaryDice)
        : null);

    private Statistic? Over(Func<EvidenceRun, double?> value)
    {
        double[] values = [.. Runs.Select(value).OfType<double>()];
        return values.Length == 0 ? null : Statistic.Of(values);
    }

    private static double? Average(IEnumerable<SourceFigures> sources, string prompt, Func<Figures, double?> figure) =>
        sources.Select(source => source.Prompts.TryGetValue(prompt, out var figures) ? figure(figures) : null).Average();
}

/// <summary>What one group of runs has over another.</summary>
internal sealed record EvidenceStep(string Title, EvidenceGroup Without, EvidenceGroup With)
{
    /// <summary>The difference of means over sources: seed by seed; null where no seed is in both.</summary>
    public Statistic? Gain(string prompt, Func<Figures, double?> figure)
    {
        double[] differences =
        [
            .. from with in With.Runs
               join without in Without.Runs on with.Settings.Seed equals without.Settings.Seed
               let a = new EvidenceGroup("", [with]).Mean(prompt, figure)
               let b = new EvidenceGroup("", [without]).Mean(prompt, figure)
               where a is not null && b is not null
               select a.Mean - b.Mean,
        ];
        return differences.Length == 0 ? null : Statistic.Of(differences);
    }
}
