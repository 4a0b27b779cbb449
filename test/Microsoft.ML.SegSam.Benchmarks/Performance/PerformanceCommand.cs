using System.Diagnostics;
using Microsoft.ML.SegSam.Benchmarks.Parts;

namespace Microsoft.ML.SegSam.Benchmarks.Performance;

/// <summary>Measures all parts, each in a fresh process, and writes the page and its data.</summary>
internal static class PerformanceCommand
{
    /// <summary>The command of a child.</summary>
    public const string PartCommand = "part";

    private const string Quick = "quick", Full = "full";

    public static int Run(PerformanceOptions options)
    {
        var folder = Path.Combine(Path.GetTempPath(), "segsam-performance-" + (options.IsQuick ? Quick : Full));
        var store = new ResultStore(folder);
        if (options.Only.Count == 0)
            store.Begin();
        Directory.CreateDirectory(folder);
        var wanted = Part.All.Where(part => options.Wants(part.Name)).ToList();
        if (wanted.Count == 0)
        {
            Console.Error.WriteLine($"--only names no part. Parts: {string.Join(", ", Part.All.Select(part => part.Name))}");
            return 2;
        }

        if (options.Only.Count > 0)
            wanted.ForEach(part => store.Remove(part.Name));
        var clock = Stopwatch.StartNew();
        foreach (var (i, part) in wanted.Index())
        {
            Console.WriteLine(
                $"[{clock.Elapsed:mm\\:ss}] {i + 1} of {wanted.Count}: "
                + $"{part.Name}{(store.Has(part.Name) ? ", measured before" : "")}");
            if (store.Has(part.Name))
                continue;
            using var process = Child.Start(part.Variables, PartCommand, part.Name, folder, options.IsQuick ? Quick : Full);
            process.WaitForExit();
            if (process.ExitCode != 0)
                Console.WriteLine($"    failed, code {process.ExitCode}");
        }

        var failed = Part.All.Where(part => !store.Has(part.Name)).Select(part => part.Name).ToList();
        Write(store, failed, options);
        if (failed.Count == 0)
            store.Finish();
        Console.WriteLine(
            $"[{clock.Elapsed:mm\\:ss}] written to {Path.GetFullPath(options.Out)}"
            + $"{(failed.Count == 0 ? "" : $"; missing: {string.Join(", ", failed)}")}");
        return wanted.Exists(part => failed.Contains(part.Name)) ? 1 : 0;
    }

    /// <summary>In the child: measures one part.</summary>
    public static int RunPart(string name, string folder, string mode)
    {
        var part = Part.All.Single(part => part.Name == name);
        var recorder = new Recorder(isQuick: mode == Quick, part.Prefix);
        part.Measure(recorder);
        new ResultStore(folder).Keep(new(part.Name, part.What, recorder.Figures, recorder.Notes));
        return 0;
    }

    private static void Write(ResultStore store, List<string> failed, PerformanceOptions options)
    {
        Directory.CreateDirectory(options.Out);
        string In(string name) => Path.Combine(options.Out, name);
        var results = Part.All.Select(part => store.Find(part.Name)).OfType<PartResult>().ToList();
        var plots = GrowthPlots.Draw(PerformancePage.Figures(results)).ToList();
        foreach (var (file, _, svg) in plots)
            File.WriteAllText(In(file), svg);
        File.WriteAllText(
            In("performance.md"),
            PerformancePage.Write(
                results, failed, options.IsQuick, PerformancePage.Limits, [.. plots.Select(plot => (plot.File, plot.Title))]));
        ResultStore.Write(In("performance.json"), results.SelectMany(result => result.Figures).Select(figure =>
            new { figure.Key, figure.Label, figure.Unit, figure.Median, figure.Lowest, figure.Highest, Count = figure.Values.Count }));
    }
}
