using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>Writes what was measured as a page.</summary>
internal static class PerformancePage
{
    private const double Drift = 0.1;

    /// <summary>What limits the figures, written by hand: limits.md beside this file.</summary>
    public static string Limits
    {
        get
        {
            using var reader = new StreamReader(typeof(PerformancePage).Assembly.GetManifestResourceStream("limits.md")!);
            return reader.ReadToEnd();
        }
    }

    /// <param name="limits">The section "What limits"; may be empty.</param>
    /// <param name="plots">File name of each plot and its title.</param>
    public static string Write(
        IReadOnlyList<PartResult> results, IReadOnlyList<string> failed, bool isQuick,
        string limits, IReadOnlyList<(string File, string Title)> plots)
    {
        var page = new StringBuilder();
        void Line(string text = "") => page.Append(text).Append('\n');
        var figures = Figures(results);

        Line("# Performance");
        Line();
        Line(
            "Written by `dotnet run -c Release --project test/Microsoft.ML.SegSam.Benchmarks -- performance`; do not edit. "
            + "What is compared takes turns in one process: median (lowest to highest, n repetitions). *This library* computes as "
            + "it chooses to on the machine. *ONNX Runtime* runs the graphs that this library exports, with all threads. The *plain "
            + "form* is the same computation with the same weights as the official PyTorch code does it: attention as explicit "
            + "products in float32, window padding computed like any other token, nothing shared between prompts, AdamW weight by "
            + "weight. The *matrix rate* is that of float32 products of two 2048 x 2048 matrices with all threads; the "
            + "floating-point operations needed are counted from the network's configuration.");
        Line();
        Line(
            $"Machine: {Environment.ProcessorCount} cores, {RuntimeInformation.OSArchitecture}, {Instructions.Text}, "
            + $"{RuntimeInformation.OSDescription}, "
            + $"{RuntimeInformation.FrameworkDescription}. {DriftText(figures)}");
        if (isQuick)
            Line(
                "\n**A quick run that only tries the command out: few repetitions of smaller work. "
                + "Its figures and verdicts mean nothing.**");
        if (failed.Count > 0)
            Line($"\n**Parts that failed or are missing: {string.Join(", ", failed)}.**");
        foreach (var (title, prefix) in ((string, string)[])[("At a glance", ""), ("Without AMX", Instructions.WithoutAmx)])
        {
            var rows = PeerTable.Rows(results, prefix).ToList();
            if (rows.Count == 0)
                continue;
            Line($"\n## {title}\n");
            foreach (var row in rows)
                Line(row);
        }

        Line();
        Line("## Targets");
        Line();
        Line("| | target | reached | |");
        Line("| --- | --- | --- | --- |");
        foreach (var target in Target.All)
            Line($"| {target.Number} | {target.Text} | {target.Reached(figures)} | {target.Verdict(figures)} |");
        if (limits.Trim() is { Length: > 0 } words)
            Line($"\n## What limits\n\n{words}");
        foreach (var result in results)
        {
            Line($"\n## {result.What}\n");
            Line("| figure | | key |");
            Line("| --- | --- | --- |");
            foreach (var figure in result.Figures)
                Line($"| {figure.Label} | {figure.Text} | `{figure.Key}` |");
            foreach (var note in result.Notes)
                Line($"\n{note}");
        }

        if (plots.Count > 0)
            Line("\n## Plots\n");
        foreach (var (file, title) in plots)
            Line($"![{title}]({file})\n");
        return page.ToString();
    }

    public static IReadOnlyDictionary<string, Figure> Figures(IEnumerable<PartResult> results) =>
        results.SelectMany(result => result.Figures).ToDictionary(figure => figure.Key);

    /// <summary>Whether the machine was the same before and after.</summary>
    public static string DriftText(IReadOnlyDictionary<string, Figure> figures)
    {
        var changes = new List<string>();
        foreach (var (rate, words) in ((string, string)[])[("matrix", "matrix rate"), ("file", "rate of reading a file")])
        {
            if (!figures.TryGetValue($"rate/{rate}/before", out var before) || !figures.TryGetValue($"rate/{rate}/after", out var after))
                return "Its rates were not measured both before and after the run.";
            var change = after.Median / before.Median - 1;
            if (Math.Abs(change) > Drift)
                changes.Add(string.Create(CultureInfo.InvariantCulture, $"the {words} by {100 * change:+0;-0} %"));
        }

        return changes.Count == 0
            ? "Its rates before and after the run agree within 10 %."
            : $"**Its rates drifted during the run: {string.Join(", ", changes)}; it was not quiet.**";
    }
}
