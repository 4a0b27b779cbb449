using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Imaging.Decoding;
using Microsoft.ML.SegSam.Tests.Support;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Tests.Columns;

/// <summary>Rows that train although something about them is odd: counted by kind, and warned of with the first row.</summary>
[TestClass]
public sealed class DataWarningTests
{
    private static readonly SegSamOptions Options = TinyData.Options("Box", "Points", "MaskPrompt") with { Epochs = 1 };

    [TestMethod]
    public void Rows_that_fit_are_not_warned_of() => Assert.IsEmpty(Warnings(TinyData.Rows(images: 2)));

    [TestMethod]
    public void Boxes_with_width_and_height_are_counted_and_the_first_is_shown()
    {
        var rows = TinyData.Rows(images: 2)
            .ConvertAll(row => row with { Box = [row.Box![0], row.Box[1], row.Box[2] - row.Box[0], row.Box[3] - row.Box[1]] });
        rows[0] = TinyData.Rows(images: 2)[0]; // the first is right
        rows.RemoveAll(row => row.Box![2] <= row.Box[0] || row.Box[3] <= row.Box[1]); // which is an error of its own
        var warning = Warnings(rows).Single();
        Assert.StartsWith($"Column 'Box', {rows.Count - 1} of {rows.Count} rows: boxes are x y width height where x0 y0 x1 y1 is expected. "
            + "First: row 1 (counting from 0): box (", warning);
    }

    [TestMethod]
    public void Boxes_beside_their_masks_are_counted()
    {
        var rows = TinyData.Rows(images: 1);
        var warning = Warnings([rows[0], rows[1] with { Box = [0, 0, 9, 9] }]).Single();
        Assert.StartsWith("Column 'Box', 1 of 2 rows: boxes hold less than half of their masks. First: row 1 (counting from 0): "
            + "box (0, 0, 9, 9), its mask lies in (16, 40, 56, 56)", warning);
    }

    [TestMethod]
    public void A_loose_box_and_one_that_cuts_a_little_off_are_fine()
    {
        var rows = TinyData.Rows(images: 1);
        Assert.IsEmpty(Warnings([rows[0] with { Box = [0, 0, 64, 64] }, rows[1] with { Box = [18, 42, 54, 56] }]));
    }

    [TestMethod]
    public void Points_on_the_wrong_side_are_counted_by_their_labels()
    {
        var rows = TinyData.Rows(images: 1);
        var warnings = Warnings([rows[0] with { Points = [0.5f, 2], PointLabels = [1] }, rows[1] with { PointLabels = [0] }]);
        Assert.HasCount(2, warnings);
        Assert.StartsWith("Column 'Points', 1 of 2 rows: points labeled 1 (object) lie beside their masks. First: row 0 (counting from 0): "
            + "point (0.5, 2)", warnings[0]);
        Assert.StartsWith("Column 'Points', 1 of 2 rows: points labeled 0 (background) lie on their masks. First: "
            + "row 1 (counting from 0): point (", warnings[1]);
    }

    [TestMethod]
    public void Masks_given_as_logits_are_counted()
    {
        var rows = TinyData.Rows(images: 1)
            .ConvertAll(row => row with { MaskPrompt = [.. row.MaskPrompt!.Select(value => value > 0 ? 1f : 0f)] });
        Assert.StartsWith("Column 'MaskPrompt', 2 of 2 rows: mask prompts are masks or probabilities where logits are expected",
            Warnings(rows).Single());
    }

    [TestMethod]
    public void Smoothed_and_inverted_masks_are_counted()
    {
        var rows = TinyData.Rows(images: 1);
        var smoothed = PngWriter.Of(64, 64, 8, 0, (x, y, _) => Math.Clamp(8 * (24 - Math.Abs(x - 32) - Math.Abs(y - 32)), 0, 255));
        var inverted = PngWriter.Of(64, 64, 8, 0, (x, y, _) => x is > 20 and < 30 && y is > 20 and < 30 ? 0 : 255);
        var warnings = Warnings(
            [rows[0] with { MaskFile = smoothed, Box = [8, 8, 56, 56] }, rows[1] with { MaskFile = inverted, Box = [0, 0, 64, 64] }],
            TinyData.Options(image: "File"));
        Assert.HasCount(2, warnings);
        Assert.StartsWith("Column 'MaskFile', 1 of 2 rows: masks: more than two levels, thresholded at half of their range (JPEG, "
            + "smoothed or resized?). First: row 0 (counting from 0): ", warnings[0]);
        Assert.StartsWith("Column 'MaskFile', 1 of 2 rows: masks: the object covers most of the image's border (is it black on white?). "
            + "First: row 1 (counting from 0): ", warnings[1]);
    }

    [TestMethod]
    public void Masks_that_may_be_drawn_on_an_image_as_it_is_stored_are_counted()
    {
        var rows = TinyData.Rows(images: 1);
        byte[] Image(int exif) => PngWriter.Of(64, 64, 8, 0, (x, y, _) => x + 2 * y, exif: exif);
        byte[] Mask(int exif) => PngWriter.Of(64, 64, 8, 0, (x, y, _) => x < 20 && y < 30 ? 255 : 0, exif: exif);
        TinyRow Row(int image, int mask) => rows[0] with { File = Image(image), MaskFile = Mask(mask), Box = [0, 0, 64, 64] };
        Assert.StartsWith("Column 'MaskFile', 1 of 3 rows: masks without an EXIF orientation, "
            + "of images that are turned by theirs (were they drawn on the upright image?). First: row 1 ",
            Warnings([Row(1, 1), Row(3, 0), Row(3, 3)], TinyData.Options(image: "File")).Single());
    }

    [TestMethod]
    public void Evaluation_warns_of_masks_too()
    {
        using var image = SKImage.FromPixelCopy(new SKImageInfo(64, 64, SKColorType.Gray8),
            [.. Enumerable.Range(0, 64 * 64).Select(i => (byte)(i % 64 is > 20 and < 40 ? 255 : 0))]);
        using var jpeg = image.Encode(SKEncodedImageFormat.Jpeg, 60);
        var rows = TinyData.Rows(images: 1).ConvertAll(row => row with { MaskFile = jpeg.ToArray() });
        var ml = new MLContext(seed: 1);
        var warnings = Listen(ml);
        var scored = FittedModel.Shared.Transform(TinyData.Load(ml, rows));
        ml.Segmentation.Evaluate(scored, new() { MaskColumnName = "MaskFile" });
        Assert.Contains(line => line.StartsWith("Column 'MaskFile', 2 of 2 rows: masks: more than two levels", StringComparison.Ordinal),
            warnings);
    }

    [TestMethod]
    public void Presence_tokens_follow_the_fullest_image_unless_they_are_set()
    {
        var rows = Enumerable.Range(0, 20).Select(i => TinyData.Rows(images: 1)[0] with { Category = $"organ {i}" }).ToList();
        var (ml, options) = (new MLContext(seed: 1), TinyData.Options());
        var warnings = Listen(ml);
        using (var model = ml.Transforms.SegSam(options).Fit(TinyData.Load(ml, rows)))
            Assert.AreEqual(19, model.Model.Network.Config.PresenceTokens);
        using (var model = ml.Transforms.SegSam(options).Fit(TinyData.Load(ml, rows[..3])))
            Assert.AreEqual(16, model.Model.Network.Config.PresenceTokens);
        Assert.IsEmpty(warnings);
        using (var model = ml.Transforms.SegSam(options with { PresenceTokens = 4 }).Fit(TinyData.Load(ml, rows)))
            Assert.AreEqual(4, model.Model.Network.Config.PresenceTokens);
        Assert.Contains("more other categories than PresenceTokens = 4; raise it.", warnings.Single());
    }

    [TestMethod]
    public void A_loss_that_does_not_fall_is_warned_of()
    {
        var rows = TinyData.Rows(images: 1);
        Assert.Contains(line => line.StartsWith("The loss did not fall: ", StringComparison.Ordinal),
            Warnings(rows, TinyData.Options() with { Epochs = 2, LearningRate = 0.06 }));
    }

    private static List<string> Warnings(IEnumerable<TinyRow> rows, SegSamOptions? options = null)
    {
        var ml = new MLContext(seed: 1);
        var warnings = Listen(ml);
        ml.Transforms.SegSam(options ?? Options).Fit(TinyData.Load(ml, rows)).Dispose();
        return warnings;
    }

    private static List<string> Listen(MLContext ml)
    {
        var warnings = new List<string>();
        ml.Log += (_, line) =>
        {
            if (line.Kind == ChannelMessageKind.Warning)
                warnings.Add(line.RawMessage);
        };
        return warnings;
    }
}
