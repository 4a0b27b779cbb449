using DetectionMetrics;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples;

/// <summary>The expected figures are worked out by hand from the definition of average precision.</summary>
[TestClass]
public sealed class DetectionMetricsTests
{
    private static readonly MLContext Ml = new(seed: 1);

    /// <summary>Two objects of two categories in one image.</summary>
    private static readonly DetectedSlice Truth = new() { Label = ["liver", "spleen"], BoundingBoxes = [0, 0, 10, 10, 20, 20, 40, 30] };

    [TestMethod]
    public void Perfect_boxes_with_the_right_names_have_precision_1() =>
        AssertPrecision(1, 1, Found(["liver", "spleen"], [0.9f, 0.8f], Truth.BoundingBoxes));

    // IoU 8 · 10 / (100 + 100 - 80) = 2/3 lies above the limits 0.5, 0.55, 0.6 and 0.65 of ten.
    [TestMethod]
    public void A_shifted_box_counts_up_to_its_IoU() => AssertPrecision(1, (0.4 + 1) / 2,
        Found(["liver", "spleen"], [0.9f, 0.8f], [2, 0, 12, 10, 20, 20, 40, 30]));

    [TestMethod]
    public void Wrong_names_have_precision_0() => AssertPrecision(0, 0, Found(["spleen", "liver"], [0.9f, 0.8f], Truth.BoundingBoxes));

    [TestMethod]
    public void An_object_that_is_not_found_costs_its_category() => AssertPrecision(0.5, 0.5, Found(["liver"], [0.9f], [0, 0, 10, 10]));

    // Among the livers the true one comes second: precision 1/2 where recall reaches 1.
    [TestMethod]
    public void A_false_box_of_a_higher_score_halves_the_precision_of_its_category() =>
        AssertPrecision(0.75, 0.75, Found(["liver", "liver", "spleen"], [0.95f, 0.9f, 0.8f], [50, 50, 60, 60, .. Truth.BoundingBoxes]));

    [TestMethod]
    public void A_false_box_of_a_lower_score_costs_nothing() =>
        AssertPrecision(1, 1, Found(["liver", "liver", "spleen"], [0.3f, 0.9f, 0.8f], [50, 50, 60, 60, .. Truth.BoundingBoxes]));

    [TestMethod]
    public void A_name_that_is_nowhere_in_the_truth_changes_nothing() =>
        AssertPrecision(1, 1, Found(["rib", "liver", "spleen"], [0.95f, 0.9f, 0.8f], [0, 0, 10, 10, .. Truth.BoundingBoxes]));

    [TestMethod]
    public void Nothing_found_has_precision_0() => AssertPrecision(0, 0, Found([], [], []));

    [TestMethod]
    public void Masks_of_a_generator_go_through_and_are_perfect_beside_themselves()
    {
        var generator = new SegSamMaskGenerator(new(FittedModel.Shared),
            new() { PointsPerSide = 3, PredIouThreshold = 0, StabilityScoreThreshold = 0 });
        var rows = DetectedSlice.Read(Ml, Ml.Segmentation.DetectObjects(TruthOf(TinyData.Rows(images: 3)), generator)).ToList();
        Assert.IsTrue(rows.Exists(row => row.Score.Length > 0));
        foreach (var row in rows)
            (row.Label, row.BoundingBoxes) = (row.PredictedLabel, row.PredictedBoundingBoxes);
        AssertPrecision(1, 1, rows);
    }

    [TestMethod]
    public void The_command_measures_a_saved_model()
    {
        using var folder = new TemporaryFolder();
        var model = Path.Combine(folder.Path, "model.zip");
        Ml.Model.Save(FittedModel.Shared, null, model);
        var (code, output, error) = Run("--model", model, "--slices", "1");
        Assert.AreEqual(0, code, error);
        Assert.Contains("slice 1/1: ", output);
        Assert.Contains("mAP50 0.000, mAP50-95 0.000", output, "The model names discs and bars, the slices hold none.");

        var (stopped, _, said) = Run(new CancellationToken(canceled: true), "--model", model, "--slices", "1");
        Assert.AreEqual(1, stopped);
        Assert.AreEqual("Stopped.", said.Trim());
    }

    [TestMethod]
    public void A_model_that_never_saw_a_point_is_refused()
    {
        using var folder = new TemporaryFolder();
        var model = Path.Combine(folder.Path, "model.zip");
        Ml.Model.Save(FittedModel.With(TinyData.Options()), null, model);
        var (code, _, error) = Run("--model", model, "--slices", "1");
        Assert.AreEqual(2, code);
        Assert.StartsWith("The model was trained without points, from random weights", error);
    }

    [TestMethod]
    [DataRow("'--color' is not an option", "--color", "red")]
    [DataRow("--slices must be a whole number of at least 1, not '0'", "--slices", "0")]
    [DataRow("--model is unknown or needs a value", "--model")]
    public void A_wrong_argument_ends_with_code_2(string complaint, params string[] args)
    {
        var (code, _, error) = Run(args);
        Assert.AreEqual(2, code);
        Assert.Contains(complaint, error);
    }

    [TestMethod]
    public void Help_names_every_option()
    {
        var (code, output, _) = Run("--help");
        Assert.AreEqual(0, code);
        foreach (var option in (string[])["--model", "--seed", "--slices", "--epochs", "--out"])
            Assert.Contains(option, output);
    }

    private static List<DetectedSlice> Found(string[] labels, float[] scores, float[] boxes) =>
        [new() { Label = Truth.Label, BoundingBoxes = Truth.BoundingBoxes, PredictedLabel = labels, Score = scores,
            PredictedBoundingBoxes = boxes }];

    private static void AssertPrecision(double at50, double at50To95, IReadOnlyList<DetectedSlice> rows)
    {
        var precision = MeanPrecision.Of(Ml, rows);
        Assert.AreEqual(at50, precision.At50, 1e-5);
        Assert.AreEqual(at50To95, precision.At50To95, 1e-5);
    }

    private static IDataView TruthOf(IEnumerable<TinyRow> rows) =>
        Ml.Data.LoadFromEnumerable(rows.Select(row => new { row.Image, Label = (string[])[row.Category!], BoundingBoxes = row.Box! }));

    private static (int Code, string Output, string Error) Run(params string[] args) => Run(CancellationToken.None, args);

    private static (int Code, string Output, string Error) Run(CancellationToken cancel, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        return (DetectionCommand.Run(args, output, error, cancel), output.ToString(), error.ToString());
    }
}
