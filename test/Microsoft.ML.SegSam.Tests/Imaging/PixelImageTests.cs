using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class PixelImageTests
{
    [TestMethod]
    [DataRow(MLPixelFormat.Bgra32, 3, 2, 1)]
    [DataRow(MLPixelFormat.Rgba32, 1, 2, 3)]
    public void Both_pixel_formats_give_red_green_blue(MLPixelFormat format, int first, int second, int third)
    {
        byte[] pixels = [(byte)first, (byte)second, (byte)third, 255, 9, 9, 9, 255];
        using var image = MLImage.CreateFromPixels(1, 2, format, pixels);
        var copy = PixelImage.From(image);
        Assert.AreEqual((2, 1), (copy.Height, copy.Width));
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3, 9, 9, 9 }, copy.Rgb);
        Assert.AreEqual(2, image.Height, "The image given is still usable.");
    }

    [TestMethod]
    public void Partly_transparent_pixels_keep_their_colour_and_fully_transparent_ones_are_black()
    {
        var file = Encode(new SKColor(200, 100, 50, 128), new SKColor(200, 100, 50, 0), new SKColor(200, 100, 50, 255));
        var decoded = PixelImage.Decode(file);
        CollectionAssert.AreEqual(new byte[] { 200, 100, 50, 0, 0, 0, 200, 100, 50 }, decoded.Rgb);
        using var image = MLImage.CreateFromStream(new MemoryStream(file));
        foreach (var (through, direct) in PixelImage.From(image).Rgb.Zip(decoded.Rgb))
            Assert.AreEqual(direct, through, 1, "Premultiplying lost at most one level at half transparency.");
    }

    [TestMethod]
    [DataRow("sam-med2d-data_demo/images")]
    [DataRow("sam-med2d-data_demo/masks")]
    [DataRow("biomedparse-demo/demo")]
    [DataRow("biomedparse-demo/demo_mask")]
    public void A_file_decodes_to_what_an_MLImage_of_it_holds(string folder)
    {
        var path = Directory.EnumerateFiles(SharedFolder.Require(["data", .. folder.Split('/')])).First();
        using var image = MLImage.CreateFromFile(path);
        CollectionAssert.AreEqual(PixelImage.From(image).Rgb, PixelImage.Decode(File.ReadAllBytes(path)).Rgb);
    }

    [TestMethod]
    [DataRow(SKEncodedImageFormat.Png)]
    [DataRow(SKEncodedImageFormat.Jpeg)]
    public void Grey_and_colour_files_decode(SKEncodedImageFormat format)
    {
        using var grey = new SKBitmap(new SKImageInfo(2, 2, SKColorType.Gray8));
        grey.Erase(new SKColor(80, 80, 80));
        var decoded = PixelImage.Decode(grey.Encode(format, 100).ToArray());
        Assert.AreEqual((2, 2), (decoded.Height, decoded.Width));
        Assert.IsTrue(decoded.Rgb.All(value => Math.Abs(value - 80) <= 1));
    }

    [TestMethod]
    public void Sixteen_bit_channels_keep_their_high_byte()
    {
        // A grey PNG of 3 x 1 pixels: 0x01FF, 0x7F80, 0xFE00.
        var file = Convert.FromBase64String(
            "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABEAAAAABuG5crAAAAD0lEQVR4nGNg/F/f8I8BAAqAAv4Pzga3AAAAAElFTkSuQmCC");
        byte[] expected = [0x01, 0x01, 0x01, 0x7F, 0x7F, 0x7F, 0xFE, 0xFE, 0xFE];
        CollectionAssert.AreEqual(expected, PixelImage.Decode(file).Rgb);
        using var image = MLImage.CreateFromStream(new MemoryStream(file));
        CollectionAssert.AreEqual(expected, PixelImage.From(image).Rgb);
    }

    [TestMethod]
    public void Bytes_that_are_no_image_are_refused_in_plain_words()
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => PixelImage.Decode("DICM is not PNG"u8));
        StringAssert.Contains(error.Message, "4449434D");
        Assert.ThrowsExactly<InvalidDataException>(() => PixelImage.Decode([]));
    }

    [TestMethod]
    public void A_file_cut_off_in_the_middle_is_refused()
    {
        var file = Encode([.. Enumerable.Range(0, 5000).Select(i => new SKColor((uint)(i * 2654435761)).WithAlpha(255))]);
        var error = Assert.ThrowsExactly<InvalidDataException>(() => PixelImage.Decode(file.AsSpan(0, file.Length / 2)));
        StringAssert.Contains(error.Message, "cut off");
    }

    [TestMethod]
    public void An_array_of_the_wrong_length_is_refused()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => new PixelImage(2, 3, new byte[17]));
        StringAssert.Contains(error.Message, "3 x 2 RGB image takes 18 bytes, found 17");
    }

    // One row of pixels as a PNG.
    private static byte[] Encode(params SKColor[] pixels)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(pixels.Length, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul)) { Pixels = pixels };
        return bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray();
    }
}
