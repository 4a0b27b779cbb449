using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Evaluation;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

[TestClass]
public sealed class ContactSheetTests
{
    // Dice of binary and semantic mask: 1 and 1, none, 1 and 0 for the wrong name, 2/3 and 2/3, none.
    private static readonly ScoredRow[] Rows =
    [
        ScoredRow.Draw("kidney", "##.. ....", "##.. ....", "11.. ....", predicted: 1),
        ScoredRow.Unscored("liver", "##.. ...."),
        ScoredRow.Draw("kidney", "##.. ....", "##.. ....", "22.. ....", predicted: 2),
        ScoredRow.Draw("liver", "##.. ....", "#... ....", "2... ....", predicted: 2),
        ScoredRow.Unscored("kidney", "##.. ...."),
    ];

    [TestMethod]
    public void The_worst_come_first_and_of_equal_ones_the_earlier()
    {
        var sheet = Sheet(Rows);
        CollectionAssert.AreEqual(new long[] { 1, 4, 2, 3, 0 }, sheet.Entries.Select(entry => entry.Row).ToList());
        var (missed, wrong) = (sheet.Entries[0], sheet.Entries[2]);
        Assert.AreEqual((1L, null, "liver", null, 0f, 0d, 0d),
            (missed.Row, missed.ImageId, missed.Category, missed.Predicted, missed.Score, missed.BinaryDice, missed.SemanticDice));
        Assert.AreEqual(("kidney", "liver", 1.0, 0.0, 0.5),
            (wrong.Category, wrong.Predicted, wrong.BinaryDice, wrong.SemanticDice, wrong.MeanDice));
    }

    [TestMethod]
    public void It_keeps_as_many_as_asked_for_and_has_the_figures_of_all()
    {
        var sheet = Sheet(Rows, cells: 3);
        CollectionAssert.AreEqual(new long[] { 1, 4, 2 }, sheet.Entries.Select(entry => entry.Row).ToList());
        Assert.AreEqual(new MLContext(seed: 1).Segmentation.Evaluate(ScoredData.Of(Rows)).ToJson(), sheet.Metrics.ToJson());
    }

    [TestMethod]
    public void Pages_are_pictures_that_grow_with_what_is_on_them()
    {
        var sheet = Sheet([.. Enumerable.Repeat(Rows, 10).SelectMany(rows => rows)], cells: 50);
        Assert.AreEqual(2, sheet.Pages);
        using var first = Decode(sheet, 0);
        using var second = Decode(sheet, 1);
        Assert.IsGreaterThan(3 * second.Height, first.Height, "48 objects, then 2.");
        Assert.IsGreaterThan(second.Width, first.Width, "Three in a line, then two.");
        Assert.IsTrue(sheet.Render().Bytes.Span.SequenceEqual(sheet.Render(0).Bytes.Span), "The same each time.");
        Assert.Contains("There are 2 pages", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => sheet.Render(2)).Message);
    }

    [TestMethod]
    public void Truth_and_answer_are_painted_where_they_lie()
    {
        // The object fills the left half of its view; the answer fills the right half of the second one.
        using var picture = Decode(Sheet([ScoredRow.Draw("kidney", "##..\u0020##..", "..## ..##", "..11 ..11", predicted: 1)]), 0);
        var (side, top) = (208, 40 + 2 * 24 + 55); // a line within the views, which are two pixels high in four
        Assert.IsTrue(IsGreener(picture, 12 + 20, top + 50) && !IsGreener(picture, 12 + side - 20, top + 50), "truth");
        Assert.IsTrue(IsBluer(picture, 12 + 2 * side + 4 - 20, top + 50) && !IsBluer(picture, 12 + side + 4 + 20, top + 50), "binary mask");
    }

    [TestMethod]
    public void It_prints_a_line_for_each_object()
    {
        var lines = Sheet(Rows, imageIds: true).ToString().Split('\n');
        Assert.HasCount(6, lines);
        StringAssert.Matches(lines[1], new("^liver +none +0.000 +0.000 +0.000 +slice 1 +1$"));
        StringAssert.Matches(lines[3], new("^kidney +liver +0.000 +1.000 +0.000 +slice 2 +2$"));
    }

    [TestMethod]
    public void What_does_not_fit_is_refused_in_words()
    {
        var ml = new MLContext(seed: 1);
        var data = ScoredData.Of(Rows);
        var none = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => ml.Segmentation.MakeContactSheet(data, cells: 0, options: new() { ImageColumnName = "Mask" }));
        Assert.Contains("1 to 1000 objects", none.Message);
        Assert.Contains("Column 'Image'", Assert.ThrowsExactly<ArgumentException>(() => ml.Segmentation.MakeContactSheet(data)).Message);
        var other = ScoredRow.Draw("kidney", "##.. ....", "##.. ....", "11.. ....", predicted: 1);
        other.EncodedMask = ScoredRow.Png("###");
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            ml.Segmentation.MakeContactSheet(ScoredData.Of([other], ["EncodedMask"]), options: new() { ImageColumnName = "EncodedMask" }));
        Assert.Contains("the image is 3 x 1 pixels and its true mask 4 x 2", error.Message);
        Assert.Contains("row 0", error.Message);
    }

    // The true masks serve as images.
    private static ContactSheet Sheet(ScoredRow[] rows, int cells = 48, bool imageIds = false)
    {
        foreach (var (i, row) in rows.Index())
            row.ImageId = $"slice {i}";
        return new MLContext(seed: 1).Segmentation.MakeContactSheet(ScoredData.Of(rows, imageIds ? ["ImageId", "PresenceScores"] : []),
            cells, options: new() { ImageColumnName = "Mask" });
    }

    private static MLImage Decode(ContactSheet sheet, int page) =>
        MLImage.CreateFromStream(new MemoryStream(sheet.Render(page).Bytes.ToArray()));

    private static (byte R, byte G, byte B) Pixel(MLImage image, int x, int y)
    {
        var at = image.Pixels.Slice((y * image.Width + x) * 4, 4);
        return image.PixelFormat == MLPixelFormat.Bgra32 ? (at[2], at[1], at[0]) : (at[0], at[1], at[2]);
    }

    private static bool IsGreener(MLImage image, int x, int y) => Pixel(image, x, y) is var (r, g, b) && g > r + 20 && g > b + 20;

    private static bool IsBluer(MLImage image, int x, int y) => Pixel(image, x, y) is var (r, g, b) && b > r + 20 && b > g + 20;
}
