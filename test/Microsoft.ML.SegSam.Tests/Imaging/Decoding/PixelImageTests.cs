using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Tests.Support;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Tests.Imaging.Decoding;

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
    public void Transparency_is_composited_over_black_the_same_way_from_a_file_and_from_an_MLImage()
    {
        var file = Encode(new SKColor(200, 100, 50, 128), new SKColor(200, 100, 50, 0), new SKColor(200, 100, 50, 255));
        var decoded = PixelImage.Decode(file);
        CollectionAssert.AreEqual(new byte[] { 100, 50, 25, 0, 0, 0, 200, 100, 50 }, decoded.Rgb);
        using var image = MLImage.CreateFromStream(new MemoryStream(file));
        CollectionAssert.AreEqual(decoded.Rgb, PixelImage.From(image).Rgb);
    }

    [TestMethod]
    public void A_fourth_byte_that_is_unused_does_not_make_an_image_black()
    {
        using var image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, [3, 2, 1, 0, 9, 8, 7, 0]);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3, 7, 8, 9 }, PixelImage.From(image).Rgb);
    }

    [TestMethod]
    [DataRow(1, "abcdef", 3)]
    [DataRow(2, "cbafed", 3)]
    [DataRow(3, "fedcba", 3)]
    [DataRow(4, "defabc", 3)]
    [DataRow(5, "adbecf", 2)]
    [DataRow(6, "daebfc", 2)]
    [DataRow(7, "fcebda", 2)]
    [DataRow(8, "cfbead", 2)]
    public void Images_are_turned_upright_as_EXIF_says(int orientation, string expected, int width)
    {
        // Stored: abc over def.
        foreach (var depth in (int[])[8, 16])
        {
            var image = PixelImage.Decode(
                PngWriter.Of(3, 2, depth, 0, (x, y, _) => (3 * y + x) * 50 * (depth == 8 ? 1 : 257), exif: orientation));
            Assert.AreEqual((6 / width, width), (image.Height, image.Width));
            Assert.AreEqual(expected, string.Concat(Enumerable.Range(0, 6)
                .Select(i => (char)('a' + (depth == 8 ? image.Rgb[3 * i] / 50 : (image.Rgb[3 * i] + 1) / 51)))), $"{depth} bits");
        }
    }

    [TestMethod]
    [DataRow("exif3.jpg")]
    [DataRow("exif6.jpg")]
    [DataRow("exif8.jpg")]
    [DataRow("exif3.webp")]
    [DataRow("exif6.webp")]
    [DataRow("exif8.webp")]
    [DataRow("exif3.png")]
    [DataRow("exif6.png")]
    [DataRow("exif8.png")]
    public void Every_format_with_an_orientation_shows_the_upright_picture(string name)
    {
        var folder = SharedFolder.Require("cases", "images");
        var (upright, turned) = (PixelImage.Decode(File.ReadAllBytes(Path.Combine(folder, "exif_upright.png"))),
            PixelImage.Decode(File.ReadAllBytes(Path.Combine(folder, name))));
        Assert.AreEqual((upright.Height, upright.Width), (turned.Height, turned.Width));
        Assert.IsLessThan(6, upright.Rgb.Zip(turned.Rgb, (one, other) => Math.Abs(one - other)).Average(),
            "The lossy formats differ a little from the lossless one.");
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
    public void Gray_and_color_files_decode(SKEncodedImageFormat format)
    {
        using var gray = new SKBitmap(new SKImageInfo(2, 2, SKColorType.Gray8));
        gray.Erase(new SKColor(80, 80, 80));
        var decoded = PixelImage.Decode(gray.Encode(format, 100).ToArray());
        Assert.AreEqual((2, 2), (decoded.Height, decoded.Width));
        Assert.IsTrue(decoded.Rgb.All(value => Math.Abs(value - 80) <= 1));
    }

    [TestMethod]
    [DataRow(0, 4095)]
    [DataRow(0, 200)]
    [DataRow(1000, 1255)]
    [DataRow(0, 65535)]
    public void Sixteen_gray_bits_are_spread_over_the_images_own_range(int low, int high)
    {
        foreach (var color in (int[])[0, 2]) // gray, and colors that are gray
        {
            var image = PixelImage.Decode(PngWriter.Of(3, 1, 16, color, (x, _, _) => low + (high - low) * x / 2));
            CollectionAssert.AreEqual(new byte[] { 0, 0, 0 }, image.Rgb[..3]);
            Assert.AreEqual(127.5, image.Rgb[3], 1.0);
            CollectionAssert.AreEqual(new byte[] { 255, 255, 255 }, image.Rgb[6..]);
        }
    }

    [TestMethod]
    public void Sixteen_bits_of_color_keep_their_high_byte()
    {
        var image = PixelImage.Decode(PngWriter.Of(1, 1, 16, 2, (_, _, channel) => 0x1180 + 0x2200 * channel));
        CollectionAssert.AreEqual(new byte[] { 0x11, 0x33, 0x55 }, image.Rgb);
    }

    [TestMethod]
    public void Bytes_that_are_no_image_are_refused_in_plain_words()
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => PixelImage.Decode("DICM is not PNG"u8));
        StringAssert.Contains(error.Message, "4449434D");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => PixelImage.Decode([])).Message, "it is empty");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() =>
            PixelImage.Decode([.. new byte[128], .. "DICM and more"u8])).Message, "it is DICOM");
    }

    [TestMethod]
    public void A_file_cut_off_in_the_middle_is_refused()
    {
        var file = Encode([.. Enumerable.Range(0, 5000).Select(i => new SKColor((uint)(i * 2654435761)).WithAlpha(255))]);
        var error = Assert.ThrowsExactly<InvalidDataException>(() => PixelImage.Decode(file.AsSpan(0, file.Length / 2)));
        StringAssert.Contains(error.Message, "truncated");
    }

    [TestMethod]
    public void An_array_of_the_wrong_length_is_refused()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => new PixelImage(2, 3, new byte[17]));
        StringAssert.Contains(error.Message, "3 x 2 RGB image has 18 bytes, found 17");
    }

    // One row of pixels as a PNG.
    private static byte[] Encode(params SKColor[] pixels)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(pixels.Length, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul)) { Pixels = pixels };
        return bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray();
    }
}
