using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Imaging.Decoding;
using Microsoft.ML.SegSam.Tests.Support;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class MaskImageTests
{
    private const int Side = 24;

    [TestMethod]
    [DataRow(MLPixelFormat.Rgba32)]
    [DataRow(MLPixelFormat.Bgra32)]
    public void Any_channel_marks_the_object(MLPixelFormat format)
    {
        byte[] pixels = [0, 0, 0, 255, 9, 0, 0, 255, 0, 9, 0, 255, 0, 0, 9, 255, 9, 9, 9, 255, 0, 0, 0, 0];
        using var image = MLImage.CreateFromPixels(3, 2, format, pixels);
        var mask = MaskImage.From(image);
        CollectionAssert.AreEqual(new byte[] { 0, 1, 1, 1, 1, 0 }, mask.Pixels);
        Assert.AreEqual((2, 3), (mask.Height, mask.Width));
    }

    [TestMethod]
    [DataRow(8, 1)]
    [DataRow(8, 255)]
    [DataRow(8, 128)]
    [DataRow(16, 1)]
    [DataRow(16, 255)]
    [DataRow(16, 256)]
    [DataRow(16, 4095)]
    [DataRow(16, 65535)]
    [DataRow(1, 1)]
    [DataRow(4, 3)]
    public void Of_two_levels_the_higher_is_the_object_whatever_it_is(int depth, int level)
    {
        var mask = MaskImage.Decode(PngWriter.Of(Side, Side, depth, 0, (x, y, _) => IsDisk(x, y) ? level : 0));
        AssertDisk(mask);
        Assert.IsEmpty(mask.Doubts);
    }

    [TestMethod]
    public void A_palette_marks_the_object_by_its_color()
    {
        var mask = MaskImage.Decode(PngWriter.Of(Side, Side, 8, 3, (x, y, _) => IsDisk(x, y) ? 1 : 0, palette: [0, 0, 0, 128, 0, 0]));
        AssertDisk(mask);
        Assert.IsEmpty(mask.Doubts);
    }

    [TestMethod]
    [DataRow(85)]
    [DataRow(50)]
    public void A_JPEG_mask_is_cut_at_half_of_its_range_and_doubted(int quality)
    {
        var gray = new byte[Side * Side];
        for (var i = 0; i < gray.Length; i++)
            gray[i] = IsDisk(i % Side, i / Side) ? (byte)255 : (byte)0;
        using var image = SKImage.FromPixelCopy(new SKImageInfo(Side, Side, SKColorType.Gray8), gray);
        using var encoded = image.Encode(SKEncodedImageFormat.Jpeg, quality);
        var mask = MaskImage.Decode(encoded.ToArray());
        AssertDisk(mask, but: 4);
        StringAssert.Contains(mask.Doubts.Single().Kind, "more than two levels");
    }

    [TestMethod]
    [DataRow(8, 255)]
    [DataRow(16, 65535)]
    [DataRow(16, 255)] // 8 bits saved as 16
    public void A_smoothed_edge_is_cut_at_half_of_the_range(int depth, int most)
    {
        var mask = MaskImage.Decode(PngWriter.Of(5, 1, depth, 0, (x, _, _) => most * x / 4));
        CollectionAssert.AreEqual(new byte[] { 0, 0, 0, 1, 1 }, mask.Pixels); // 0, 1/4 and 1/2 (rounded down) against 3/4 and 1
        StringAssert.Contains(mask.Doubts.First().Found, "5 levels from 0 to");
    }

    [TestMethod]
    public void A_label_map_is_no_mask_and_the_message_says_so()
    {
        var mask = MaskImage.Decode(PngWriter.Of(4, 1, 8, 0, (x, _, _) => x));
        Assert.IsTrue(mask.IsEmpty);
        StringAssert.Contains(mask.WhyEmpty, "has levels from 0 to 3 and none above half of 255");
        StringAssert.Contains(mask.WhyEmpty, "label map");
    }

    [TestMethod]
    public void A_black_mask_is_empty_and_a_white_one_all_object()
    {
        Assert.AreEqual("is empty", MaskImage.Decode(PngWriter.Of(3, 3, 8, 0, (_, _, _) => 0)).WhyEmpty);
        var white = MaskImage.Decode(PngWriter.Of(3, 3, 16, 0, (_, _, _) => 255));
        Assert.IsFalse(white.Pixels.Contains((byte)0));
        StringAssert.Contains(white.Doubts.Single().Kind, "most of the image's border");
    }

    [TestMethod]
    public void An_object_on_all_borders_and_a_background_that_is_not_black_are_doubted()
    {
        var inverted = MaskImage.Decode(PngWriter.Of(Side, Side, 8, 0, (x, y, _) => IsDisk(x, y) ? 0 : 255));
        StringAssert.Contains(inverted.Doubts.Single().Kind, "most of the image's border");
        var gray = MaskImage.Decode(PngWriter.Of(Side, Side, 8, 0, (x, y, _) => IsDisk(x, y) ? 200 : 40));
        AssertDisk(gray);
        StringAssert.Contains(gray.Doubts.Single().Found, "level 40 was taken as background");
    }

    [TestMethod]
    public void Transparency_is_composited_over_black_and_orientation_applied_as_for_images()
    {
        var mask = MaskImage.Decode(PngWriter.Of(3, 2, 8, 4, (x, y, channel) => channel == 0 ? 255 : x == 0 && y == 0 ? 255 : 0, exif: 6));
        Assert.AreEqual((3, 2), (mask.Height, mask.Width));
        CollectionAssert.AreEqual(new byte[] { 0, 1, 0, 0, 0, 0 }, mask.Pixels); // the stored first pixel belongs to the upper right
    }

    [TestMethod]
    public void A_published_mask_file_reads_as_its_ML_NET_image_does()
    {
        var masks = SharedFolder.Require("data", "sam-med2d-data_demo", "masks");
        foreach (var path in Directory.EnumerateFiles(masks).Take(3))
        {
            using var image = MLImage.CreateFromFile(path);
            var mask = MaskImage.Decode(File.ReadAllBytes(path));
            Assert.AreEqual((image.Height, image.Width), (mask.Height, mask.Width));
            CollectionAssert.AreEqual(MaskImage.From(image).Pixels, mask.Pixels);
            Assert.IsTrue(mask.Pixels.Contains((byte)1) && mask.Pixels.Contains((byte)0), path);
        }
    }

    private static bool IsDisk(int x, int y) => (x - 11) * (x - 11) + (y - 12) * (y - 12) < 50;

    private static void AssertDisk(MaskImage mask, int but = 0)
    {
        var wrong = Enumerable.Range(0, Side * Side).Count(i => (mask.Pixels[i] == 1) != IsDisk(i % Side, i / Side));
        Assert.IsLessThanOrEqualTo(but, wrong);
    }
}
