using Microsoft.ML.SegSam.Benchmarks.Parts;
using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Benchmarks;

[TestClass]
public sealed class PerformancePageTests
{
    [TestMethod]
    public void A_target_is_met_missed_or_not_measured_by_its_figures()
    {
        var memory = Target.All.Single(target => target.Number == 2);
        Assert.AreEqual("met", memory.Verdict(Made(("memory/encode/ratio", 0.5), ("memory/burst/growth", 1))));
        Assert.AreEqual("missed", memory.Verdict(Made(("memory/encode/ratio", 0.51), ("memory/burst/growth", 1))));
        Assert.AreEqual("not measured: memory/encode/ratio", memory.Verdict(Made(("memory/burst/growth", 1))));
        StringAssert.Contains(memory.Reached(Made(("memory/encode/ratio", 0.51))), "**51.0 %**");
    }

    [TestMethod]
    public void Agreement_counts_only_where_there_are_real_images()
    {
        var encoder = Target.All.Single(target => target.Number == 1);
        (string, double)[] others =
            [.. encoder.Checks.Where(check => !check.Key.StartsWith("agreement/", StringComparison.Ordinal))
                .Select(check => (check.Key, 6.0))];
        Assert.AreEqual("met", encoder.Verdict(Made(others)));
        Assert.AreEqual("missed", encoder.Verdict(Made([.. others, ("agreement/binary", 0.9)])));
        Assert.AreEqual("not measured: plain/encoder/vit-b-1024/ratio",
            encoder.Verdict(Made([.. others.Where(one => one.Item1 != "plain/encoder/vit-b-1024/ratio")])));
    }

    [TestMethod]
    public void Times_here_and_elsewhere_are_a_row()
    {
        var (recorder, prefixed) = (new Recorder(isQuick: false), new Recorder(isQuick: false, "without-amx-"));
        recorder.AddPeers("encoder/x", "encoding", [0.2, 0.1, 0.1], onnx: [0.2, 0.3, 0.4], plain: [1, 1, 1]);
        recorder.AddPeers("step", "a step", [0.002], plain: [0.005]);
        prefixed.AddPeers("encoder/x", "encoding", [0.3], onnx: [0.3]);
        PartResult[] results = [new("a", "A", recorder.Figures, []), new("b", "B", prefixed.Figures, [])];
        var page = PerformancePage.Write(results, [], isQuick: false, limits: "", []);
        StringAssert.Contains(page, "| encoding | 100 ms | 300 ms | 3.00 × | 1000 ms | 10.0 × |\n"
            + "| a step | 2.00 ms |  |  | 5.00 ms | 2.50 × |");
        StringAssert.Contains(page, "## Without AMX\n\n| work | this library | ONNX Runtime | | plain form | |\n"
            + "| --- | ---: | ---: | ---: | ---: | ---: |\n| encoding | 300 ms | 300 ms | 1.00 × |  |  |");
        Assert.DoesNotContain("Without AMX", PerformancePage.Write([results[0]], [], isQuick: false, limits: "", []));
    }

    [TestMethod]
    [DataRow(100.0, 105.0, "agree within 10 %")]
    [DataRow(100.0, 85.0, "the matrix rate by -15 %")]
    [DataRow(100.0, 120.0, "the matrix rate by +20 %")]
    public void Drift_of_the_machine_is_told(double before, double after, string words) => StringAssert.Contains(PerformancePage.DriftText(
        Made(("rate/matrix/before", before), ("rate/matrix/after", after), ("rate/file/before", 9), ("rate/file/after", 9))), words);

    [TestMethod]
    public void The_page_has_every_target_and_figure_and_the_words_on_limits()
    {
        var page = PerformancePage.Write(
            [new("memory", "Memory of one encoding", [new("memory/encode/ratio", "peak", "share", [0.4, 0.3, 0.5])], ["A note."])],
            failed: ["threads"], isQuick: false, limits: "Limited by caches.\n", [("plot.svg", "Rows")]);
        foreach (var text in (string[])
        [
            "| 1 |",
            "| 8 |",
            "| peak | 40.0 % (30.0 to 50.0, n = 3) | `memory/encode/ratio` |",
            "failed or are missing: threads",
            "## What limits\n\nLimited by caches.",
            "A note.",
            "![Rows](plot.svg)",
        ])
        {
            StringAssert.Contains(page, text);
        }
        Assert.DoesNotContain("quick run", page);
        Assert.DoesNotContain("## What limits", PerformancePage.Write([], [], isQuick: true, limits: "", []));
    }

    [TestMethod]
    public void The_section_on_limits_is_written_beside_the_benchmark_alone()
    {
        var page = File.ReadAllText(Path.Combine(SharedFolder.Repository, "docs", "performance.md")).ReplaceLineEndings("\n");
        StringAssert.Contains(page, $"## What limits\n\n{PerformancePage.Limits.ReplaceLineEndings("\n").Trim()}\n\n## ");
    }

    [TestMethod]
    public void Growth_is_drawn_in_the_order_of_its_points()
    {
        var (file, _, svg) = GrowthPlots.Draw(
            Made(("growth/rows/time/100", 50), ("growth/rows/time/2", 1),
                ("growth/rows/memory/2", 1), ("growth/rows/memory/100", 1.1)))
            .Single();
        Assert.AreEqual("performance-rows.svg", file);
        StringAssert.Contains(svg, "peak memory");
    }

    [TestMethod]
    public void Results_are_kept_until_the_run_is_finished()
    {
        using var folder = new TemporaryFolder();
        var store = new ResultStore(Path.Combine(folder.Path, "work"));
        store.Begin();
        store.Keep(new("memory", "Memory", [new("a", "b", "times", [1, double.Pi])], ["note"]));
        store.Begin();
        var found = store.Find("memory")!;
        CollectionAssert.AreEqual(new[] { 1, double.Pi }, found.Figures.Single().Values.ToArray());
        store.Finish();
        store.Begin();
        Assert.IsNull(store.Find("memory"), "A finished run is not gone on with.");
    }

    [TestMethod]
    public void The_command_line_names_parts_by_their_beginnings()
    {
        var options = PerformanceOptions.Parse(["--quick", "--only", "encoder,memory", "--out", "x"])!;
        Assert.IsTrue(options is { IsQuick: true, Out: "x" });
        CollectionAssert.AreEqual(
            new[] { true, true, false },
            ((string[])["encoder-vit-b-256", "memory", "threads"]).Select(options.Wants).ToArray());
        Assert.IsNull(PerformanceOptions.Parse(["--fast"]));
        Assert.IsNull(PerformanceOptions.Parse(["--only"]));
        Assert.IsTrue(Part.All.All(part => PerformanceOptions.Parse([])!.Wants(part.Name)));
    }

    private static Dictionary<string, Figure> Made(params (string Key, double Value)[] figures) =>
        figures.ToDictionary(one => one.Key, one => new Figure(one.Key, one.Key, "share", [one.Value]));
}
