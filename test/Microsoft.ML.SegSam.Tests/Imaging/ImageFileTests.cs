using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Imaging.Decoding;
using Microsoft.ML.SegSam.Tests.Support;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class ImageFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void An_image_is_opaque_and_upright_and_errors_name_the_file()
    {
        using var image = ImageFile.Read(Write(PngWriter.Of(3, 2, 8, 0, (x, y, _) => 10 * (3 * y + x), exif: 6)));
        Assert.AreEqual((3, 2), (image.Height, image.Width));
        CollectionAssert.AreEqual(new byte[] { 30, 30, 30, 255, 0, 0, 0, 255 }, image.Pixels[..8].ToArray());

        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => ImageFile.Read(Write([1, 2, 3]))).Message,
            "a.png': The 3 bytes");
        Assert.ThrowsExactly<FileNotFoundException>(() => ImageFile.Read(Path.Combine(_folder.Path, "none.png")));
    }

    [TestMethod]
    public void A_mask_comes_with_doubts_where_it_is_odd()
    {
        var mask = ImageFile.ReadMask(Write(PngWriter.Of(4, 3, 16, 0, (x, y, _) => x == 1 && y == 1 ? 1 : 0)), out var doubts);
        Assert.AreEqual((1L, 0), (mask.Area, doubts.Count));
        Assert.AreEqual(new RegionBox(1, 1, 2, 2), mask.Box);

        ImageFile.ReadMask(Write(PngWriter.Of(3, 1, 8, 0, (x, _, _) => 100 * x)), out doubts);
        StringAssert.Contains(doubts.Single().Found, "3 levels from 0 to 200, thresholded at half of 255");
        var failure = Assert.ThrowsExactly<InvalidDataException>(() =>
            ImageFile.ReadMask(Write(PngWriter.Of(3, 1, 8, 0, (x, _, _) => x)), out _));
        StringAssert.Contains(failure.Message, "it is a label map");
    }

    [TestMethod]
    [DataRow(3, 8, 250)]
    [DataRow(3, 4, 15)]
    [DataRow(3, 2, 3)]
    [DataRow(3, 1, 1)]
    [DataRow(0, 1, 1)]
    [DataRow(0, 4, 9)]
    [DataRow(0, 8, 255)]
    [DataRow(0, 16, 3000)]
    [DataRow(2, 8, 7)]
    [DataRow(2, 16, 300)]
    [DataRow(4, 8, 250)] // half transparent
    [DataRow(6, 16, 300)]
    public void Label_maps_keep_their_numbers(int color, int depth, int most)
    {
        var random = new Random(1);
        int[] numbers = [.. Enumerable.Range(0, 35).Select(_ => random.Next(most + 1))];
        var palette = new byte[3 << Math.Min(depth, 8)];
        random.NextBytes(palette); // colors are for show
        var found = ImageFile.ReadLabels(Write(
            PngWriter.Of(7, 5, depth, color, (x, y, channel) => channel == (color == 4 ? 1 : 3) ? 100 : numbers[7 * y + x],
            palette: palette)), out var height, out var width);
        Assert.AreEqual((5, 7), (height, width));
        CollectionAssert.AreEqual(numbers, Array.ConvertAll(found, number => (int)number));
    }

    [TestMethod]
    public void Numbers_of_other_lossless_formats_are_read_and_colors_and_JPEG_refused()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(4, 4, SKColorType.Bgra8888, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(3, 3, 3));
        var webp = ImageFile.ReadLabels(Write(bitmap.Encode(SKEncodedImageFormat.Webp, 100).ToArray()), out _, out _);
        Assert.IsTrue(webp.All(number => number == 3));
        Refuses(bitmap.Encode(SKEncodedImageFormat.Jpeg, 100).ToArray(), "JPEG");
        Refuses(PngWriter.Of(2, 2, 8, 2, (_, _, channel) => channel), "colors");
        Refuses(PngWriter.Of(2, 2, 16, 2, (_, _, channel) => channel), "colors");

        void Refuses(byte[] file, string why) =>
            StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => ImageFile.ReadLabels(Write(file), out _, out _)).Message,
                why);
    }

    private string Write(byte[] file)
    {
        var path = Path.Combine(_folder.Path, "a.png");
        File.WriteAllBytes(path, file);
        return path;
    }
}
