using System.Globalization;
using System.Text;
using System.Text.Json;
using SampleKit;

namespace Ablation;

/// <summary>The tables, for people and for programs.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Write(AblationSettings settings, IReadOnlyList<RunResult> runs)
    {
        Directory.CreateDirectory(settings.Out);
        var summary = new Summary(settings.Variants, runs);
        OutputFile.Write(Path.Combine(settings.Out, "ablation.md"), Page(settings, runs, summary));
        OutputFile.Write(Path.Combine(settings.Out, "ablation.json"), JsonSerializer.Serialize(new
        {
            settings.Recipe,
            Seeds = runs.Select(run => run.Seed).Distinct(),
            Seconds = Math.Round(runs.Sum(run => run.Seconds)),
            Cells = summary.Cells.Select(cell => new { cell.Variant, Prompt = cell.Prompting.ToString(), Categories = Group(cell.FewShot), cell.Measure, cell.Value.Mean, Deviation = Finite(cell.Value.Deviation), cell.Value.Count }),
            Gains = summary.Gains.Select(gain => new { gain.What, Prompt = gain.Prompting.ToString(), Categories = Group(gain.FewShot), gain.Measure, gain.Gain.Mean, Deviation = Finite(gain.Gain.Deviation), gain.Gain.Count }),
        }, Json) + "\n");
    }

    private static string Page(AblationSettings settings, IReadOnlyList<RunResult> runs, Summary summary)
    {
        var first = runs[0].Answers[0];
        var page = new StringBuilder();
        page.AppendLine(CultureInfo.InvariantCulture, $"""
            # Which parts of the method earn their place

            Written by `dotnet run -c Release --project samples/Ablation`; edit nothing here. {runs.Select(run => run.Seed).Distinct().Count()} seeds; each makes its own phantoms
            of eight modalities and its own starting weights, the same for every variant: {settings.Recipe}. Test objects of the first seed: {first.Common.Objects} of
            common categories and {first.FewShot.Objects} of few-shot ones, which at most {AblationSettings.FewShot} training slices show. Cells are mean ± sample standard deviation over the
            seeds. The runs took {runs.Sum(run => run.Seconds) / 60:0} minutes together. These are made-up pictures: the table compares parts of the method, and says nothing about patients.

            - binary Dice: mask of SAM's decoder; semantic Dice: pixels that carry the true category's name; class accuracy: of the prompted object's category
            - present F1: categories of the image's other objects; mask agreement: Dice between the two decoders' masks, no truth involved

            """);
        foreach (var prompting in Enum.GetValues<Prompting>())
        {
            foreach (var fewShot in (bool[])[false, true])
                Table(page, $"{Asked(prompting)}, {Group(fewShot)} categories", summary, prompting, fewShot);
        }

        page.AppendLine("## What each part adds\n\nMean ± standard deviation of the differences seed by seed.\n");
        page.AppendLine("| part | prompt | categories | " + string.Join(" | ", Summary.Measures.Select(measure => measure.Name)) + " |");
        page.AppendLine("| --- | --- | --- |" + string.Concat(Summary.Measures.Select(_ => " ---: |")));
        foreach (var gain in summary.Gains.GroupBy(gain => (gain.What, gain.Prompting, gain.FewShot)))
            page.AppendLine(CultureInfo.InvariantCulture, $"| {gain.Key.What} | {Asked(gain.Key.Prompting)} | {Group(gain.Key.FewShot)} | {string.Join(" | ", gain.Select(one => one.Gain.ToSigned()))} |");
        return page.ToString().ReplaceLineEndings("\n");
    }

    private static void Table(StringBuilder page, string title, Summary summary, Prompting prompting, bool fewShot)
    {
        page.AppendLine(CultureInfo.InvariantCulture, $"## {title}\n");
        page.AppendLine("| variant | " + string.Join(" | ", Summary.Measures.Select(measure => measure.Name)) + " | n |");
        page.AppendLine("| --- |" + string.Concat(Summary.Measures.Select(_ => " ---: |")) + " ---: |");
        foreach (var variant in summary.Variants)
        {
            var row = summary.Cells.Where(cell => cell.Variant == variant.Key && cell.Prompting == prompting && cell.FewShot == fewShot).ToList();
            page.AppendLine(CultureInfo.InvariantCulture, $"| {variant.Title} | {string.Join(" | ", row.Select(cell => cell.Value))} | {row[0].Value.Count} |");
        }

        page.AppendLine();
    }

    private static string Asked(Prompting prompting) => prompting == Prompting.Box ? "Box" : "1 point";

    private static string Group(bool fewShot) => fewShot ? "few-shot" : "common";

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
