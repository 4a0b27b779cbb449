using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.SegSam.Tests.Columns;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

[TestClass]
public sealed class DetectorBoxTests
{
    private const string Detector = "synthetic detector";

    private static readonly SegSamOptions Detected = TinyData.Options("PredictedBoundingBoxes") with { BoxScoresColumnName = "Score" };
    private static readonly TinyRow Row = TinyData.Rows(images: 1)[0];

    [TestMethod]
    public void A_detector_before_it_prompts_by_its_best_box_saved_and_loaded_too()
    {
        var ml = new MLContext(seed: 1);
        ml.ComponentCatalog.RegisterAssembly(typeof(DetectorFactory).Assembly);
        var rows = TinyData.Rows(images: 3).Where((_, i) => i % 2 == 0).ToList();
        var data = TinyData.Load(ml, rows);
        var detector = ml.Transforms.CustomMapping<DetectorIn, DetectorOut>(DetectorFactory.Detect, Detector).Fit(data);
        var chain = new TransformerChain<ITransformer>(detector, FittedModel.With(Detected));
        var expected = Outputs(FittedModel.With(TinyData.Options()).Transform(
            TinyData.Load(ml, rows.Select(row => row with { Box = DetectorFactory.BestOf(row.Image!) }))));
        Assert.HasCount(3, expected);
        Assert.StartsWith("0: ", expected[1][0], "The detector finds nothing in the second image, so that it has no answer.");

        Table.AssertEqual(expected, Outputs(chain.Transform(data)), "fitted");
        var (loaded, _) = EstimatorWorkout.Reload(ml, chain, data.Schema);
        Table.AssertEqual(expected, Outputs(loaded.Transform(data)), "loaded");
        ((IDisposable)loaded).Dispose();
    }

    [TestMethod]
    public void The_boxes_of_a_detector_train_too()
    {
        var rows = TinyData.Rows(images: 2);
        var data = Ml.Transforms.CustomMapping<DetectorIn, DetectorOut>(DetectorFactory.Detect, Detector).Fit(Load(rows))
            .Transform(Load(rows));
        var estimator = Ml.Transforms.SegSam(Detected);
        Assert.Contains("BinaryMask", estimator.GetOutputSchema(SchemaCheck.ShapeOf(data.Schema)).Select(column => column.Name));
        using var model = estimator.Fit(data);
        Assert.AreEqual("Score", model.Info.Options!.BoxScoresColumnName);
        Assert.HasCount(4, Table.Column<float>(model.Transform(data), "PredictedIoU"));
    }

    [TestMethod]
    [DataRow(new float[] { 9, 9, 20, 30, 1, 2, 30, 40, 5, 5, 50, 60 }, new[] { 0.1f, 0.7f, 0.3f }, 1)]
    [DataRow(new float[] { 9, 9, 20, 30, 1, 2, 30, 40, 5, 5, 50, 60 }, new[] { 0.1f, 0.7f, 0.7f }, 1,
        DisplayName = "the first of equal ones")]
    [DataRow(new float[] { 9, 9, 20, 30, 1, 2, 30, 40 }, new[] { -1f, -2f }, 0, DisplayName = "scores that are no probabilities")]
    [DataRow(new float[] { 9, 9, 20, 30 }, new[] { 0f }, 0, DisplayName = "a single box")]
    public void The_box_of_the_highest_score_is_the_prompt(float[] boxes, float[] scores, int best)
    {
        var one = FittedModel.With(TinyData.Options()).Transform(Load([Row with { Box = boxes[(4 * best)..(4 * best + 4)] }]));
        Table.AssertEqual(Outputs(one),
            Outputs(Scored(new() { Image = Row.Image, PredictedBoundingBoxes = boxes, Score = scores })), "best");
    }

    [TestMethod]
    [DataRow(new float[] { 1, 2, 30, 40, 5, 6, 7 }, new[] { 1f },
        "Column 'PredictedBoundingBoxes', row 0 (counting from 0): expected 4 numbers x0 y0 x1 y1 for each box, found 7 numbers")]
    [DataRow(new float[] { 1, 2, 30, 40, 5, 6, 50, 60 }, new[] { 1f, 0, 0 },
        "Column 'Score', row 0 (counting from 0): expected a score for each of the 2 boxes of column 'PredictedBoundingBoxes', found 3")]
    [DataRow(new float[] { 1, 2, 30, 40 }, new float[] { },
        "Column 'Score', row 0 (counting from 0): expected a score for each of the 1 boxes of column 'PredictedBoundingBoxes', found 0")]
    [DataRow(new float[] { }, new[] { 1f },
        "Column 'Score', row 0 (counting from 0): expected a score for each of the 0 boxes of column 'PredictedBoundingBoxes', found 1")]
    [DataRow(new float[] { 1, 2, 30, 40, 5, float.NaN, 50, 60 }, new[] { 1f, 0 },
        "Column 'PredictedBoundingBoxes', row 0 (counting from 0): expected finite numbers, found NaN for box 1 (counting from 0)")]
    [DataRow(new float[] { 1, 2, 30, 40, 5, 6, 50, 60 }, new[] { float.NaN, 0.5f },
        "Column 'Score', row 0 (counting from 0): expected finite numbers, found NaN for box 0 (counting from 0)")]
    [DataRow(new float[] { 30, 2, 1, 40 }, new[] { 1f },
        "Column 'PredictedBoundingBoxes', row 0 (counting from 0): expected x0 < x1 and y0 < y1")]
    public void Boxes_and_scores_that_do_not_fit_are_named(float[] boxes, float[] scores, string message)
    {
        var scored = Scored(new() { Image = Row.Image, PredictedBoundingBoxes = boxes, Score = scores });
        Assert.StartsWith(message, Assert.ThrowsExactly<InvalidOperationException>(() => Table.Read(scored)).Message);
    }

    [TestMethod]
    public void Several_boxes_without_their_scores_are_refused_with_advice()
    {
        var scored = FittedModel.With(TinyData.Options("PredictedBoundingBoxes")).Transform(
            Ml.Data.LoadFromEnumerable([new DetectorRow { Image = Row.Image, PredictedBoundingBoxes = [1, 2, 30, 40, 5, 6, 50, 60] }]));
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Table.Read(scored));
        Assert.StartsWith("Column 'PredictedBoundingBoxes', row 0 (counting from 0): expected one box, 4 numbers x0 y0 x1 y1, "
            + "found 8 numbers; name the column of their scores in SegSamOptions.BoxScoresColumnName", failure.Message);
    }

    [TestMethod]
    public void A_score_column_that_is_missing_or_no_vector_is_refused()
    {
        var model = FittedModel.With(TinyData.Options() with { BoxScoresColumnName = "Number" });
        Assert.AreEqual("Column 'Number' is Int32; expected a vector of floats, the score of each box.",
            Assert.ThrowsExactly<ArgumentException>(() => model.Transform(Load([Row]))).Message);
        Assert.StartsWith("Column 'Score' is missing; expected a vector of floats, the score of each box.",
            Assert.ThrowsExactly<ArgumentException>(() =>
                FittedModel.With(TinyData.Options() with { BoxScoresColumnName = "Score" }).Transform(Load([Row]))).Message);
    }

    [TestMethod]
    public void A_predictor_answers_all_boxes_of_a_detector()
    {
        var predictor = new SegSamPredictor(Shared);
        using var image = predictor.Encode(Row.Image!);
        var prompts = SegSamPrompt.Boxes([9, 9, 20, 30, 1, 2, 30, 40]);
        Assert.HasCount(2, prompts);
        CollectionAssert.AreEqual(
            predictor.Predict(image, [SegSamPrompt.Box(9, 9, 20, 30), SegSamPrompt.Box(1, 2, 30, 40)])
                .Select(answer => answer.ToJson()).ToList(),
            predictor.Predict(image, prompts).Select(answer => answer.ToJson()).ToList());
        Assert.IsEmpty(SegSamPrompt.Boxes([]));
        Assert.IsEmpty(predictor.Predict(image, SegSamPrompt.Boxes([])));
        Assert.StartsWith("Expected 4 numbers x0 y0 x1 y1 for each box, found 7 numbers.",
            Assert.ThrowsExactly<ArgumentException>(() => SegSamPrompt.Boxes([1, 2, 3, 4, 5, 6, 7])).Message);
    }

    private static IDataView Scored(DetectorRow row) => FittedModel.With(Detected).Transform(Ml.Data.LoadFromEnumerable([row]));

    // Without the row's id and the input columns.
    private static List<string[]> Outputs(IDataView scored)
    {
        string[] names = ["BinaryMask", "SemanticMask", "MaskSize", "ClassScores", "PredictedCategory", "PresenceScores", "PredictedIoU"];
        return [.. Table.Read(scored, column => names.Contains(column.Name)).Select(row => row[1..])];
    }

    private sealed class DetectorRow
    {
        public MLImage? Image { get; set; }

        public float[]? PredictedBoundingBoxes { get; set; }

        public float[]? Score { get; set; }
    }
}

/// <summary>What a detector sees.</summary>
public sealed class DetectorIn
{
    /// <summary>Of any size.</summary>
    public MLImage? Image { get; set; }
}

/// <summary>What ML.NET's object detection gives: names and types of its output columns.</summary>
public sealed class DetectorOut
{
    /// <summary>x0 y0 x1 y1 of each box.</summary>
    public float[] PredictedBoundingBoxes { get; set; } = [];

    /// <summary>One for each box.</summary>
    public float[] Score { get; set; } = [];

    /// <summary>One for each box.</summary>
    [KeyType(2)]
    public uint[] PredictedLabel { get; set; } = [];
}

/// <summary>A detector that needs no training, and that ML.NET can save and load.</summary>
[CustomMappingFactoryAttribute("synthetic detector")]
public sealed class DetectorFactory : CustomMappingFactory<DetectorIn, DetectorOut>
{
    /// <summary>The box that it is the surest of; null in wide images, where it finds nothing.</summary>
    internal static float[]? BestOf(MLImage image) =>
        image.Width > image.Height ? null : [image.Width / 4, image.Height / 4, image.Width / 2, image.Height / 2];

    internal static void Detect(DetectorIn seen, DetectorOut found)
    {
        var best = BestOf(seen.Image!);
        found.PredictedBoundingBoxes = best is null ? [] : [0, 0, 8, 8, .. best, 0, 0, seen.Image!.Width, seen.Image.Height];
        found.Score = best is null ? [] : [0.2f, 0.9f, 0.9f];
        found.PredictedLabel = best is null ? [] : [1, 2, 1];
    }

    /// <inheritdoc/>
    public override Action<DetectorIn, DetectorOut> GetMapping() => Detect;
}
