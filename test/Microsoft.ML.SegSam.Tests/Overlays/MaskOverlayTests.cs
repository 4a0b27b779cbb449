using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Overlays;

namespace Microsoft.ML.SegSam.Tests.Overlays;

[TestClass]
public sealed class MaskOverlayTests
{
    private static readonly Rgb Red = new(255, 0, 0);

    [TestMethod]
    public void Only_pixels_under_the_mask_change()
    {
        var (image, mask) = (Gray(448, 448), LeftHalf(448, 448));
        var bare = Render(image, new OverlayPanel("", []));
        var tinted = Render(image, new OverlayPanel("", [new(mask, Red, outline: false)]));
        Assert.AreEqual((bare.Height, bare.Width), (tinted.Height, tinted.Width));
        Assert.AreEqual(448 * 448 / 2, Changed(bare, tinted));
        Assert.AreEqual(448 * 448 / 2, Count(tinted, new(100, 100, 100)), "The other half is untouched.");
        Assert.AreEqual(0, Count(tinted, Red), "Tinted, not covered.");
    }

    [TestMethod]
    public void An_outline_is_in_full_color_and_inside_the_mask()
    {
        var (image, mask) = (Gray(448, 448), LeftHalf(448, 448));
        var plain = Render(image, new OverlayPanel("", [new(mask, Red, outline: false)]));
        var outlined = Render(image, new OverlayPanel("", [new(mask, Red)]));
        const int Edge = 2;
        var ring = 448 * 224 - (448 - 2 * Edge) * (224 - 2 * Edge);
        Assert.AreEqual(ring, Count(outlined, Red));
        Assert.AreEqual(ring, Changed(plain, outlined));
    }

    [TestMethod]
    public void A_label_and_a_caption_add_text()
    {
        var image = Gray(448, 448);
        var layer = new OverlayLayer(LeftHalf(448, 448), Red);
        var plain = Render(image, new OverlayPanel("", [layer]));
        Assert.IsGreaterThan(500, Changed(plain, Render(image, new OverlayPanel("", [new(LeftHalf(448, 448), Red, "liver 0.93")]))));
        Assert.IsGreaterThan(100, Changed(plain, Render(image, new OverlayPanel("truth", [layer]))));
    }

    [TestMethod]
    public void Many_labels_go_below_and_leave_the_image_alone()
    {
        var image = Gray(448, 448);
        OverlayLayer[] Layers(bool labeled) =>
            [.. Enumerable.Range(0, 12)
                .Select(i => new OverlayLayer(LeftHalf(448, 448), Rgb.FromPalette(i), labeled ? $"category {i}" : null))];
        var few = Render(image, new OverlayPanel("", Layers(labeled: false)));
        var many = Render(image, new OverlayPanel("", Layers(labeled: true)));
        Assert.IsGreaterThan(few.Height, many.Height);
        Assert.AreEqual(few.Width, many.Width);
        var imageRows = few.Rgb.Length - 8 * few.Width * 3; // all but the lower margin
        Assert.IsTrue(few.Rgb.AsSpan(0, imageRows).SequenceEqual(many.Rgb.AsSpan(0, imageRows)));
    }

    [TestMethod]
    [DataRow(128, 96)]
    [DataRow(1, 1)]
    [DataRow(3000, 2)]
    [DataRow(2, 3000)]
    [DataRow(1500, 1400)]
    public void Images_of_any_size_give_a_picture_of_viewable_size(int height, int width)
    {
        var layer = new OverlayLayer(LeftHalf(height, width), Red, "a label that is far too long for the narrow picture of a thin image");
        var picture = Render(Gray(height, width), new OverlayPanel("one", [layer]), new OverlayPanel("two", [layer]));
        Assert.IsTrue(Math.Max(picture.Height, picture.Width / 2) is > 300 and < 1300, $"{picture.Width} x {picture.Height}");
    }

    [TestMethod]
    public void An_MLImage_is_painted_and_stays_usable()
    {
        using var image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, [10, 20, 30, 255, 10, 20, 30, 255]);
        var picture = PixelImage.Decode(MaskOverlay.Render(image, [new("image", [])]).Bytes.Span);
        Assert.AreEqual(448 * 224, Count(picture, new(30, 20, 10)));
        Assert.AreEqual(2, image.Width);
    }

    [TestMethod]
    public void Organs_in_any_script_look_different_and_the_picture_explains_its_numbers()
    {
        var image = Gray(448, 448);
        string[] names = ["Größe", "Grösse", "печень", "почки", "كبد", "طحال", "a liver segment whose name is long, 1",
            "a liver segment whose name is long, 2"];
        var pictures = names.Select(name =>
            Convert.ToHexString(MaskOverlay.Render(image, [new("", [new(LeftHalf(448, 448), Red, name)])]).Bytes.Span)).ToList();
        Assert.AreEqual(names.Length - 1, pictures.Distinct().Count(), "Each word that needs a number is the first in its own picture.");
        using var pixels = MLImage.CreateFromPixels(448, 448, MLPixelFormat.Bgra32, new byte[448 * 448 * 4]);
        var together = MaskOverlay.Render(pixels,
            [new("image", []), new("found", [.. names.Select(name => new OverlayLayer(LeftHalf(448, 448), Red, name))])]);
        Assert.Contains("#1 is كبد, #2 is طحال", together.Key);
        Assert.EndsWith("; " + together.Key, together.ToString());
        Assert.AreEqual("", MaskOverlay.Render(pixels, [new("liver", [])]).Key);
    }

    [TestMethod]
    public void Masks_of_another_size_and_empty_panel_lists_are_refused()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() =>
            MaskOverlay.Render(Gray(4, 5), [new("truth", [new(LeftHalf(4, 5), Red), new(LeftHalf(5, 4), Red)])]));
        StringAssert.Contains(error.Message, "Panel 'truth', layer 1: the mask has 4 x 5 pixels, the image 5 x 4.");
        Assert.ThrowsExactly<ArgumentException>(() => MaskOverlay.Render(Gray(4, 5), []));
    }

    private static PixelImage Gray(int height, int width) => new(height, width, [.. Enumerable.Repeat((byte)100, height * width * 3)]);

    private static SegmentationMask LeftHalf(int height, int width) =>
        SegmentationMask.FromPixels([.. Enumerable.Range(0, height * width).Select(i => i % width < width / 2)], height, width);

    private static PixelImage Render(PixelImage image, params OverlayPanel[] panels) =>
        PixelImage.Decode(MaskOverlay.Render(image, panels).Bytes.Span);

    private static int Count(PixelImage picture, Rgb color) =>
        picture.Rgb.Chunk(3).Count(pixel => new Rgb(pixel[0], pixel[1], pixel[2]).Equals(color));

    private static int Changed(PixelImage a, PixelImage b) =>
        a.Rgb.Chunk(3).Zip(b.Rgb.Chunk(3)).Count(pair => !pair.First.SequenceEqual(pair.Second));
}
