using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

[TestClass]
public sealed class ScoringEdgeTests
{
    private static readonly TinyRow Row = TinyData.Rows(images: 1)[0];

    [TestMethod]
    public void A_row_without_image_has_no_answer() => AssertNone(Predict(new() { Box = Row.Box }));

    [TestMethod]
    public void A_row_without_prompt_has_no_answer() => AssertNone(Predict(new() { Image = Row.Image }));

    [TestMethod]
    public void A_box_of_fixed_length_that_is_null_is_no_prompt()
    {
        using var engine = Ml.Model.CreatePredictionEngine<FixedBox, TinyAnswer>(
            FittedModel.With(TinyData.Options()), new PredictionEngineOptions { OwnsTransformer = false });
        Assert.HasCount(64 * 64, engine.Predict(new() { Image = Row.Image, Box = Row.Box }).BinaryMask!);
        Assert.AreEqual(0, engine.Predict(new() { Image = Row.Image }).BinaryMask?.Length ?? 0);
    }

    [TestMethod]
    public void No_rows_give_no_rows() => Assert.IsEmpty(Table.Read(Shared.Transform(Load([]))));

    [TestMethod]
    public void A_disposed_image_has_no_answer()
    {
        var image = TinyData.Flat(8, 8);
        image.Dispose();
        AssertNone(Predict(new() { Image = image, Box = [0, 0, 4, 4] }));
    }

    [TestMethod]
    public void An_image_handed_in_stays_the_callers()
    {
        Predict(Ask(Row));
        Assert.AreEqual(64 * 64 * 4, Row.Image!.Pixels.Length);
    }

    [TestMethod]
    public void A_box_that_reaches_beyond_the_image_is_taken_as_it_is()
    {
        var beyond = Predict(new() { Image = Row.Image, Box = [-10, -10, 30, 200] });
        Assert.HasCount(64 * 64, beyond.BinaryMask!);
        CollectionAssert.AreNotEqual(Predict(new() { Image = Row.Image, Box = [0, 0, 30, 64] }).LowResLogits, beyond.LowResLogits,
            "Nothing is clamped.");
    }

    [TestMethod]
    [DataRow(1, 1, ResizeRule.PadOrStretch)]
    [DataRow(1, 1, ResizeRule.LongestSide)]
    [DataRow(1, 1, ResizeRule.Stretch)]
    [DataRow(8, 10_000, ResizeRule.PadOrStretch)]
    [DataRow(8, 10_000, ResizeRule.LongestSide)]
    [DataRow(10_000, 8, ResizeRule.LongestSide)]
    public void Images_of_any_shape_are_answered_at_their_size(int height, int width, ResizeRule rule)
    {
        var model = FittedModel.With(new() { BoxColumnName = "Box" },
            new(rule, Resampling.Bilinear, PixelScaling.MinMax, ChannelOrder.Bgr));
        using var image = TinyData.Flat(height, width);
        var scored = model.Transform(Load([new() { Image = image, Box = [0, 0, width, height] }]));
        Assert.HasCount(height * width, Table.Vectors<bool>(scored, "BinaryMask").Single());
        Assert.HasCount(height * width, Table.Vectors<uint>(scored, "SemanticMask").Single());
        CollectionAssert.AreEqual(new[] { height, width }, Table.Vectors<int>(scored, "MaskSize").Single());
        Assert.AreEqual(1, Table.Vectors<float>(scored, "ClassScores").Single().Sum(), 1e-5);
    }

    [TestMethod]
    public void A_prompt_that_makes_no_sense_is_named_with_column_and_row()
    {
        var scored = Shared.Transform(Load([Row, Row with { Box = [5, 5, 2, 9] }]));
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Table.Read(scored));
        Assert.StartsWith("Column 'Box', row 1 (counting from 0): expected x0 < x1 and y0 < y1", failure.Message);
    }

    [TestMethod]
    public void Bytes_that_are_no_image_are_named_with_column_and_row()
    {
        var scored = FittedModel.With(TinyData.Options(image: "File")).Transform(Load([Row, Row with { File = [1, 2, 3] }]));
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Table.Read(scored));
        Assert.StartsWith("Column 'File', row 1 (counting from 0): The 3 bytes are not a supported image file", failure.Message);
    }

    [TestMethod]
    public void A_single_category_trains_and_scores()
    {
        var rows = TinyData.Rows(images: 2).FindAll(row => row.Category == "disc");
        using var model = Ml.Transforms.SegSam(TinyData.Options()).Fit(Load(rows));
        var scored = model.Transform(Load(rows));
        foreach (var scores in Table.Vectors<float>(scored, "ClassScores"))
            CollectionAssert.AreEqual(new[] { 1f }, scores);
        CollectionAssert.AreEqual(new uint[] { 1, 1 }, Table.Column<uint>(scored, "PredictedCategory"));
    }

    private static TinyAnswer Predict(TinyQuestion question)
    {
        using var engine = Engine();
        return engine.Predict(question);
    }

    // ML.NET leaves an array property null for a vector of length 0.
    private static void AssertNone(TinyAnswer answer)
    {
        Assert.AreEqual(0, answer.BinaryMask?.Length ?? 0);
        Assert.AreEqual(0, answer.SemanticMask?.Length ?? 0);
        Assert.AreEqual(0, answer.LowResLogits?.Length ?? 0);
        CollectionAssert.AreEqual(new[] { 0, 0 }, answer.MaskSize);
        Assert.AreEqual(0u, answer.PredictedCategory);
        Assert.IsTrue(float.IsNaN(answer.PredictedIoU));
        Assert.IsTrue(answer.ClassScores!.All(float.IsNaN) && answer.PresenceScores!.All(float.IsNaN));
        Assert.HasCount(2, answer.ClassScores!);
    }

    private sealed class FixedBox
    {
        public MLImage? Image { get; set; }

        [VectorType(4)]
        public float[]? Box { get; set; }
    }
}
