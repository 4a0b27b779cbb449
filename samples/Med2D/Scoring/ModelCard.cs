using System.Globalization;
using Med2D.Tables;
using Med2D.Training;

namespace Med2D.Scoring;

/// <summary>Writes what was measured into a model card, between its marks "figures" and "training".</summary>
internal static class ModelCard
{
    private static readonly (string Title, string Prompt)[] Prompts =
        [("box", PromptNames.Box), ("1 point", PromptNames.Point1), ("3 points", PromptNames.Points3)];

    /// <param name="card">The card's file; what is outside the marks stays.</param>
    /// <param name="run">The run that trained it; null leaves that part of the card as it is.</param>
    /// <param name="sources">Its figures.</param>
    /// <exception cref="InvalidDataException">The card has no mark of a name.</exception>
    public static void Write(string card, RunRecord? run, EvaluationFacts facts, IReadOnlyList<SourceFigures> sources)
    {
        List<(string, string)> parts = [("figures", Figures(facts, sources))];
        if (run is not null)
            parts.Add(("training", Training(run)));
        MarkedPart.Write(card, parts);
    }

    private static string Figures(EvaluationFacts facts, IReadOnlyList<SourceFigures> sources)
    {
        var scored = sources.Where(source => source.Images > 0).ToList();
        var columns = Prompts.SelectMany(prompt => (string[])[$"{prompt.Title}: Dice", "named Dice", "right name"]);
        List<string> lines =
        [
            $"| modality | sources | images | ellipse | {string.Join(" | ", columns)} |",
            $"| --- |{string.Concat(Enumerable.Repeat(" ---: |", 3 + 3 * Prompts.Length))}",
            .. scored.GroupBy(source => source.Modality).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => Row(group.Key, [.. group])),
            Row("all", scored),
            "",
            FormattableString.Invariant($"Measured on {facts.Date:yyyy-MM-dd} on the {facts.Split} split of `{facts.Table}`: ")
                + "Dice of the mask, Dice of the mask with its name (0 for a wrong one), share of right names;",
            "beside it, the Dice of the ellipse that fills the box. "
                + "Objects whose category the model does not know count in the first of the three alone.",
        ];
        return string.Join('\n', lines);
    }

    private static string Row(string name, List<SourceFigures> sources)
    {
        Scoring.Figures Over(string prompt) => Scoring.Figures.Over([.. sources.Select(source => source.Prompts[prompt])]);
        var cells = Prompts.SelectMany(prompt => Over(prompt.Prompt) is var figures
            ? (double?[])[figures.BinaryDice, figures.SemanticDice, figures.ClassAccuracy] : []);
        return FormattableString.Invariant($"| {name} | {sources.Count} | {sources.Sum(source => source.Images)} | ")
            + string.Join(" | ", cells.Prepend(Over(PromptNames.FilledEllipse).BinaryDice)
                .Select(value => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "")) + " |";
    }

    private static string Training(RunRecord run)
    {
        var settings = run.Settings;
        var length = settings.Stages is { } stages ? $"--stages {stages}" : settings.Epochs is { } epochs
            ? FormattableString.Invariant($"--epochs {epochs} --input {settings.Input}")
            : FormattableString.Invariant($"--minutes {settings.Minutes} --input {settings.Input}");
        var checkpoint = settings.CheckpointName is { } name ? $" --checkpoint {name}" : "";
        var half = settings.HalfPrecision ? " --half" : "";
        return $"""
            ```
            dotnet run -c Release --project samples/Med2D -- train --data {settings.Table} --form {settings.Form} --seed {settings.Seed} \
              {length}{checkpoint}{half} --out runs/mini \
              --sources {string.Join(",", settings.Sources)}
            ```

            {settings.Images} images with {settings.Objects} objects were seen {run.Work.ImagesSeen} times in all, in
            {FormattableString.Invariant($"{run.Work.CpuSeconds / 60:0}")} minutes of processor time ({run.Device}).
            """.ReplaceLineEndings("\n");
    }
}
