using System.Text.Json;
using FineTune;
using Microsoft.ML.SegSam.Tests.Checkpoints;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples;

[TestClass]
public sealed class FineTuneCommandTests
{
    private static readonly TemporaryFolder Folder = new();
    private static readonly string Weights = Path.Combine(Folder.Path, "weights.safetensors");
    private static readonly string Data = Path.Combine(Folder.Path, "data");

    [ClassInitialize]
    public static void Write(TestContext _)
    {
        PublishedFile.Write(Weights, PublishedFile.Weights(PublishedFile.Sam));
        TinySources.SamMed2D(Data);
        TinySources.BiomedParse(Data);
        TinySources.Instances(Data);
    }

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    public void Each_image_is_left_out_once_and_the_report_tells_each_source()
    {
        var results = Path.Combine(Folder.Path, "frozen");
        var (code, output, error) = Run(results, "--encoder", "frozen", "--sources", "slices,nuclei,nowhere");
        Assert.AreEqual(0, code, error);
        StringAssert.Contains(output, "Fold 5/5, nuclei/n-bottom-right");
        using var report = JsonDocument.Parse(File.ReadAllText(Path.Combine(results, "report.json")));
        var sources = report.RootElement.GetProperty("sources").EnumerateArray().ToList();
        CollectionAssert.AreEqual((string[])["slices", "nuclei"], sources.Select(source => source.GetProperty("source").GetString())
            .ToArray());
        Assert.AreEqual(3, sources[0].GetProperty("objects").GetInt32());
        Assert.AreEqual(0, sources[0].GetProperty("known").GetInt32(), "No category of the slices occurs in two images.");
        Assert.AreEqual(JsonValueKind.Null, sources[0].GetProperty("accuracyOfKnown").ValueKind);
        Assert.AreEqual(4, sources[1].GetProperty("known").GetInt32());
        Assert.AreEqual(1, sources[0].GetProperty("boxDice").GetDouble(), "Blocks fill their boxes.");
        var markdown = File.ReadAllText(Path.Combine(results, "report.md"));
        foreach (var part in (string[])["encoder frozen", "| nuclei | 3 | 4 |", "| slices | images/b_2.png | 1 |",
            "slices/images/c_3.png: no list", "nowhere: there is no such folder", "Fine-tuning raised the Dice in"])
            StringAssert.Contains(markdown, part);
        Assert.HasCount(5, Directory.GetFiles(Path.Combine(results, "overlays"), "*.png"));
        Assert.DoesNotContain(Folder.Path, markdown);
    }

    [TestMethod]
    public void A_stopped_run_with_adapters_keeps_its_finished_folds_and_goes_on_from_them()
    {
        var results = Path.Combine(Folder.Path, "stopped");
        using var cancel = new CancellationTokenSource();
        var stopped = new StoppingWriter("Fold 1/2", cancel);
        Assert.AreEqual(1, Run(results, stopped, out var error, cancel.Token, "--encoder", "adapter"));
        StringAssert.Contains(error, "the same command goes on");
        var folds = Directory.GetFiles(Path.Combine(results, "folds"), "*--*.json");
        Assert.HasCount(1, folds);
        Assert.IsFalse(File.Exists(Path.Combine(results, "report.md")));
        var (code, output, _) = Run(results, "--encoder", "adapter");
        Assert.AreEqual(0, code);
        Assert.AreEqual(1, output.Split("from an earlier run").Length - 1);

        foreach (var other in (string[][])[["--encoder", "frozen"], ["--encoder", "adapter", "--seed", "2"]])
            StringAssert.Contains(Run(results, other).Error, "folds of a run with other settings");
        File.WriteAllText(folds[0], "{");
        StringAssert.Contains(Run(results, "--encoder", "adapter").Error, $"'{folds[0]}' is no finished fold");
    }

    [TestMethod]
    [DataRow("--encoder frozen|adapter is missing", "--data", "x")]
    [DataRow("--data FOLDER is missing", "--encoder", "frozen")]
    [DataRow("frozen or adapter, not 'full'", "--encoder", "full")]
    [DataRow("'--color' is not an option", "--color", "red")]
    [DataRow("--data is unknown or needs a value", "--data")]
    [DataRow("--epochs must be a whole number of at least 1, not '0'", "--epochs", "0")]
    [DataRow("--rate must be a number above 0, not '-1'", "--rate", "-1")]
    [DataRow("no folder 'no-such-folder'", "--encoder", "frozen", "--data", "no-such-folder")]
    public void A_wrong_argument_is_said_in_one_line_with_code_2(string complaint, params string[] args)
    {
        var error = new StringWriter();
        Assert.AreEqual(2, FineTuneCommand.Run(args, TextWriter.Null, error, CancellationToken.None));
        StringAssert.Contains(error.ToString(), complaint);
        Assert.HasCount(1, error.ToString().TrimEnd().Split('\n'));
    }

    [TestMethod]
    public void Weights_that_are_none_or_do_not_fit_are_said_with_code_2()
    {
        var results = Path.Combine(Folder.Path, "weightless");
        Assert.AreEqual(2, Run(results, "--encoder", "frozen", "--weights", "nowhere.pth").Code);
        var broken = Path.Combine(Folder.Path, "broken.safetensors");
        File.WriteAllText(broken, "no weights");
        var (code, _, error) = Run(results, "--encoder", "frozen", "--weights", broken);
        Assert.AreEqual(2, code);
        StringAssert.Contains(error, "broken.safetensors");
        Assert.AreEqual(2, Run(results + "2", "--encoder", "frozen", "--size", "40").Code);
    }

    [TestMethod]
    public void Help_names_every_option()
    {
        var output = new StringWriter();
        Assert.AreEqual(0, FineTuneCommand.Run(["--help"], output, TextWriter.Null, CancellationToken.None));
        foreach (var option in (string[])["--encoder", "--data", "--weights", "--out", "--epochs", "--rate", "--size", "--seed",
            "--sources"])
            StringAssert.Contains(output.ToString(), option);
    }

    [TestMethod]
    public void Means_of_a_source_weigh_objects_alike_and_HD95_those_with_a_mask()
    {
        var one = new FoldResult("s", "a", Objects: 1, Known: 0, Named: 0, 0.5, new(0, 0, null, 1), new(0.4, 0.2, 8, 0), 0);
        var three = new FoldResult("s", "b", Objects: 3, Known: 2, Named: 1, 0.9, new(0.8, 0.4, 6, 1), new(0.8, 0.6, 4, 0), 0.4);
        var sum = FoldResult.Sum("s", "2", [one, three]);
        Assert.AreEqual(new(0.6, 0.3, 6, 2), Rounded(sum.Before));
        Assert.AreEqual(new(0.7, 0.5, 5, 0), Rounded(sum.After));
        Assert.AreEqual(0.25, sum.Accuracy);
        Assert.AreEqual(0.5, sum.AccuracyOfKnown);
        Assert.AreEqual(0.3, sum.SemanticDice, 1e-9);
        Assert.AreEqual(0.6, sum.SemanticDiceOfKnown!.Value, 1e-9);
        Assert.IsNull(FoldResult.Sum("s", "1", [one]).AccuracyOfKnown);
        Assert.IsNull(FoldResult.Sum("s", "1", [one]).Before.Hd95);
    }

    private static MaskScore Rounded(MaskScore score) =>
        score with { Dice = Math.Round(score.Dice, 9), Nsd = Math.Round(score.Nsd, 9), Hd95 = score.Hd95 is { } distance
            ? Math.Round(distance, 9) : null };

    private static (int Code, string Output, string Error) Run(string results, params string[] args)
    {
        var output = new StringWriter();
        var code = Run(results, output, out var error, CancellationToken.None, args);
        return (code, output.ToString(), error);
    }

    private static int Run(string results, TextWriter output, out string error, CancellationToken cancel, params string[] args)
    {
        var complaints = new StringWriter();
        var code = FineTuneCommand.Run(["--data", Data, "--out", results, "--weights", Weights, "--size", "64", "--epochs", "1",
            "--sources", "slices", .. args],
            output, complaints, cancel);
        error = complaints.ToString();
        return code;
    }

    /// <summary>Cancels when a line begins with some text, as a user would with Ctrl-C.</summary>
    private sealed class StoppingWriter(string start, CancellationTokenSource cancel) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            if (value!.StartsWith(start, StringComparison.Ordinal))
                cancel.Cancel();
        }
    }
}
