using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Tests.Evaluation;
using static Microsoft.ML.SegSam.Tests.Evaluation.ScoredRow;

namespace Microsoft.ML.SegSam.Tests.Metrics;

[TestClass]
public sealed class SegmentationMetricsTests
{
    private const string Empty = ".... .... .... ....";
    private const string Square = "##.. ##.. .... ....";
    private const string Top = "#### #### .... ....";

    // Key 1 is kidney, key 2 liver.
    private static readonly ScoredRow[] Rows =
    [
        Draw("kidney", Square, binary: ".##. .##. .... ....", semantic: "11.. 11.. .... ....", predicted: 1),
        Draw("liver", Top, binary: Top, semantic: "2222 1111 .... ....", predicted: 1),
        Draw("liver", Empty, binary: Empty, semantic: Empty, predicted: 2),
    ];

    [TestMethod]
    public void Means_over_masks_equal_those_computed_by_hand()
    {
        var metrics = Evaluate(Rows);
        Assert.AreEqual(3, metrics.Rows);
        Assert.AreEqual((1 / 2d + 1 + 1) / 3, metrics.Binary.Dice, 1e-12);
        Assert.AreEqual((1 / 3d + 1 + 1) / 3, metrics.Binary.IoU, 1e-12);
        Assert.AreEqual((1 + 2 / 3d + 1) / 3, metrics.Semantic.Dice, 1e-12);
        Assert.AreEqual((1 + 1 / 2d + 1) / 3, metrics.Semantic.IoU, 1e-12);
        Assert.AreEqual(2 / 3d, metrics.ClassAccuracy, 1e-12);
        Assert.AreEqual((1 / 2d + 1 + 1) / 3, metrics.MaskAgreement, 1e-12);
        Assert.AreEqual(double.NaN, metrics.PresenceF1, "Nothing says which other categories the images hold.");
        Assert.AreEqual(0, metrics.UnscoredRows);
        Assert.IsEmpty(metrics.UnknownCategories);
    }

    [TestMethod]
    public void Categories_are_sorted_and_weigh_alike_in_the_means_over_categories()
    {
        var metrics = Evaluate(Rows.Reverse());
        CollectionAssert.AreEqual(new[] { "kidney", "liver" }, metrics.PerCategory.Keys.ToArray());
        var (kidney, liver) = (metrics.PerCategory["kidney"], metrics.PerCategory["liver"]);
        Assert.AreEqual((1, 2), (kidney.Count, liver.Count));
        Assert.AreEqual(1 / 2d, kidney.Binary.Dice);
        Assert.AreEqual(1 / 3d, kidney.Binary.IoU);
        Assert.AreEqual(5 / 6d, liver.Semantic.Dice, 1e-12);
        Assert.AreEqual(3 / 4d, liver.Semantic.IoU, 1e-12);
        Assert.AreEqual(1 / 2d, liver.ClassAccuracy);
        Assert.AreEqual(3 / 4d, metrics.OverCategories.Binary.Dice, 1e-12);
        Assert.AreEqual(2 / 3d, metrics.OverCategories.Binary.IoU, 1e-12);
        Assert.AreEqual(11 / 12d, metrics.OverCategories.Semantic.Dice, 1e-12);
        Assert.AreEqual(7 / 8d, metrics.OverCategories.Semantic.IoU, 1e-12);
        Assert.AreEqual(3 / 4d, metrics.OverCategories.ClassAccuracy, 1e-12);
    }

    [TestMethod]
    public void Outlines_are_compared_in_pixels_and_a_missed_mask_is_left_out_of_distances()
    {
        // The kidney's binary mask is one column off, its semantic mask right; of the liver, the model names two thirds.
        var metrics = Evaluate(Rows, surfaceTolerance: 0);
        var (kidney, liver) = (metrics.PerCategory["kidney"], metrics.PerCategory["liver"]);
        Assert.AreEqual((4 / 8d, 1d), (kidney.Binary.Nsd, kidney.Binary.Hd95));
        Assert.AreEqual((1d, 0d, 0), (kidney.Semantic.Nsd, kidney.Semantic.Hd95, kidney.Semantic.Hd95LeftOut));
        Assert.AreEqual(((8 / 12d + 1) / 2, 1 / 2d), (liver.Semantic.Nsd, liver.Semantic.Hd95));
        Assert.AreEqual((3 / 4d, 1 / 2d), (metrics.OverCategories.Binary.Nsd, metrics.OverCategories.Binary.Hd95));
        Assert.AreEqual(1 / 3d, metrics.Binary.Hd95, 1e-12);
        Assert.AreEqual((0d, "px"), (metrics.SurfaceTolerance, metrics.SurfaceUnit));

        var missed = Evaluate([.. Rows, Draw("liver", Square, binary: Empty, semantic: Empty, predicted: 2), Unscored("kidney", Top)], 0);
        Assert.AreEqual((2, 2), (missed.Binary.Hd95LeftOut, missed.Semantic.Hd95LeftOut));
        Assert.AreEqual((1, 1), (missed.PerCategory["kidney"].Binary.Hd95LeftOut, missed.PerCategory["liver"].Semantic.Hd95LeftOut));
        Assert.AreEqual(metrics.Binary.Hd95, missed.Binary.Hd95, "Of a missed mask there is no distance,");
        Assert.AreEqual(metrics.Binary.Nsd * 3 / 5, missed.Binary.Nsd, 1e-12, "but none of its outline is found.");
    }

    [TestMethod]
    public void With_a_spacing_outlines_are_compared_in_millimeters()
    {
        ScoredRow[] row = [Draw("kidney", Square, binary: ".##. .##. .... ....", semantic: ".... 11.. 11.. ....", predicted: 1)];
        var metrics = Evaluate(row, surfaceTolerance: 0.5, new PixelSpacing(x: 0.5, y: 3));
        Assert.AreEqual((1d, 0.5), (metrics.Binary.Nsd, metrics.Binary.Hd95), "One column off.");
        Assert.AreEqual((0.5, 3d), (metrics.Semantic.Nsd, metrics.Semantic.Hd95), "One row off.");
        Assert.AreEqual((0.5, "mm"), (metrics.SurfaceTolerance, metrics.SurfaceUnit));
    }

    [TestMethod]
    public void Without_any_distance_the_mean_of_distances_is_not_a_number()
    {
        var metrics = Evaluate([Draw("spleen", Square, binary: Empty, semantic: "11.. 11.. .... ....", predicted: 1)]);
        Assert.AreEqual((double.NaN, double.NaN), (metrics.Binary.Hd95, metrics.OverCategories.Semantic.Hd95));
        Assert.AreEqual((1, 1), (metrics.Binary.Hd95LeftOut, metrics.Semantic.Hd95LeftOut));
    }

    [TestMethod]
    public void A_perfect_mask_of_the_wrong_category_is_a_semantic_miss_only()
    {
        var metrics = Evaluate([Draw("liver", Square, binary: Square, semantic: "11.. 11.. .... ....", predicted: 1)]);
        Assert.AreEqual((1d, 0d, 0d), (metrics.Binary.Dice, metrics.Semantic.Dice, metrics.Semantic.IoU));
        Assert.AreEqual((0d, 1d), (metrics.ClassAccuracy, metrics.MaskAgreement));
    }

    [TestMethod]
    [DataRow(Square)]
    [DataRow(Empty)]
    public void A_category_the_model_does_not_know_is_named_and_missed(string mask)
    {
        var metrics = Evaluate([.. Rows, Draw("spleen", mask, binary: mask, semantic: Empty, predicted: 2)]);
        CollectionAssert.AreEqual(new[] { "spleen" }, metrics.UnknownCategories.ToArray());
        var spleen = metrics.PerCategory["spleen"];
        Assert.AreEqual((1d, 1d), (spleen.Binary.Dice, spleen.Binary.IoU));
        Assert.AreEqual((0d, 0d, 0d), (spleen.Semantic.Dice, spleen.Semantic.IoU, spleen.ClassAccuracy));
    }

    [TestMethod]
    [DataRow(Square)]
    [DataRow(Empty)]
    public void A_row_without_a_prediction_counts_as_zero_everywhere(string truth)
    {
        var metrics = Evaluate([Rows[2], Unscored("liver", truth)]);
        Assert.AreEqual(1, metrics.UnscoredRows);
        Assert.AreEqual(2, metrics.Rows);
        Assert.AreEqual((0.5, 0.5, 0.5, 0.5), (metrics.Binary.Dice, metrics.Binary.IoU, metrics.Semantic.Dice, metrics.Semantic.IoU));
        Assert.AreEqual((0.5, 0.5), (metrics.ClassAccuracy, metrics.MaskAgreement));
    }

    [TestMethod]
    public void A_row_whose_class_scores_are_not_numbers_has_no_prediction()
    {
        var row = Draw("kidney", Square, binary: Square, semantic: "11.. 11.. .... ....", predicted: 1);
        row.ClassScores = Dense(0.5f, float.NaN);
        AssertUnscored(row);
    }

    [TestMethod]
    public void A_row_whose_masks_are_empty_vectors_has_no_prediction() =>
        AssertUnscored(Draw("kidney", Square, binary: "", semantic: "", predicted: 1));

    private static void AssertUnscored(ScoredRow row)
    {
        var metrics = Evaluate([row]);
        Assert.AreEqual((1, 0d), (metrics.UnscoredRows, metrics.Binary.Dice));
    }

    private static SegmentationMetrics Evaluate(IEnumerable<ScoredRow> rows, double surfaceTolerance = 2,
        PixelSpacing? pixelSpacing = null) =>
        new MLContext(seed: 1).Segmentation.Evaluate(ScoredData.Of(rows),
            new() { SurfaceTolerance = surfaceTolerance, PixelSpacing = pixelSpacing });
}
