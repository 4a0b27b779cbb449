using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Tests.Evaluation;

namespace Microsoft.ML.SegSam.Tests.Metrics;

[TestClass]
public sealed class PresenceF1Tests
{
    private static readonly string[] Categories = ["a", "b", "c"];

    [TestMethod]
    public void Annotated_categories_are_compared_without_the_own_one_of_the_row()
    {
        // Row 1: claims b and c, of which b is there. Row 2: claims c (0.5 is not above 0.5), there are a and c.
        ScoredRow[] rows =
        [
            Row("a", [0.9f, 0.9f, 0.9f], present: ["a", "b"]),
            Row("b", [0.5f, 1f, 0.6f], present: ["a", "b", "c"]),
        ];
        Assert.AreEqual(2 * 2d / (3 + 3), Evaluate(rows, ["PresenceScores", "PresentCategories"]).PresenceF1, 1e-12);
    }

    [TestMethod]
    public void Rows_of_one_image_tell_each_other_what_it_holds()
    {
        // Image 1: a claims b and c, b is there; b claims c, a is there. Image 2: nothing claimed, nothing else there.
        ScoredRow[] rows =
        [
            Row("a", [0.9f, 0.9f, 0.9f], image: "1"),
            Row("c", [0.1f, 0.1f, 0.1f], image: "2"),
            Row("b", [0.5f, 1f, 0.6f], image: "1"),
        ];
        Assert.AreEqual(2 * 1d / (3 + 2), Evaluate(rows, ["PresenceScores", "ImageId"]).PresenceF1, 1e-12);
    }

    [TestMethod]
    public void Annotated_categories_go_before_the_image_id_unless_that_is_named()
    {
        ScoredRow[] rows =
        [
            Row("a", [0f, 0.9f, 0f], present: ["a", "b"], image: "1"),
            Row("c", [0f, 0f, 0f], present: [], image: "1"),
        ];
        string[] columns = ["PresenceScores", "PresentCategories", "ImageId"];
        Assert.AreEqual(1d, Evaluate(rows, columns).PresenceF1, "b is claimed and annotated.");
        var data = ScoredData.Of(rows, columns, Categories);
        var byImage = new MLContext(seed: 1).Segmentation.Evaluate(data, new() { ImageIdColumnName = "ImageId" });
        Assert.AreEqual(0d, byImage.PresenceF1, "b is claimed, but the image's rows are a and c.");
    }

    [TestMethod]
    public void Padding_in_the_annotated_categories_is_no_category()
    {
        ScoredRow[] rows = [Row("a", [0f, 0.9f, 0f], present: ["a", "b", "", ""])];
        Assert.AreEqual(1d, Evaluate(rows, ["PresenceScores", "PresentCategories"]).PresenceF1);
    }

    [TestMethod]
    public void A_present_category_the_model_does_not_know_is_missed()
    {
        ScoredRow[] rows = [Row("a", [0f, 0.9f, 0f], present: ["a", "b", "x"])];
        Assert.AreEqual(2 * 1d / (1 + 2), Evaluate(rows, ["PresenceScores", "PresentCategories"]).PresenceF1, 1e-12);
    }

    [TestMethod]
    public void A_row_without_a_prediction_claims_nothing()
    {
        var unscored = ScoredRow.Unscored("a", "#.", categories: 3);
        unscored.PresentCategories = ["a", "c"];
        ScoredRow[] rows = [Row("a", [0f, 0.9f, 0f], present: ["a", "b"]), unscored];
        Assert.AreEqual(2 * 1d / (1 + 2), Evaluate(rows, ["PresenceScores", "PresentCategories"]).PresenceF1, 1e-12);
    }

    [TestMethod]
    public void Nothing_claimed_where_nothing_is_there_is_right()
    {
        ScoredRow[] rows = [Row("a", [0.9f, 0f, 0f], present: ["a"])];
        Assert.AreEqual(1d, Evaluate(rows, ["PresenceScores", "PresentCategories"]).PresenceF1);
    }

    private static ScoredRow Row(string category, float[] scores, string[]? present = null, string? image = null)
    {
        var row = ScoredRow.Draw(category, "#.", "#.", "1.", predicted: 1, categories: 3);
        (row.PresenceScores, row.PresentCategories, row.ImageId) = (ScoredRow.Dense(scores), present ?? [], image);
        return row;
    }

    private static SegmentationMetrics Evaluate(ScoredRow[] rows, string[] optional) =>
        new MLContext(seed: 1).Segmentation.Evaluate(ScoredData.Of(rows, optional, Categories));
}
