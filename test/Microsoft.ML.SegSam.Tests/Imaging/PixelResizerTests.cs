using CsCheck;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class PixelResizerTests
{
    private static string Fixture =>
        Path.Combine(SharedFolder.Repository, "test", "Microsoft.ML.SegSam.Tests", "Imaging", "pillow-bicubic.txt");

    [TestMethod]
    public void Bicubic_equals_Pillow_to_the_byte()
    {
        foreach (var line in File.ReadLines(Fixture).Where(line => line[0] != '#'))
        {
            var fields = line.Split(' ');
            var size = fields[1..5].Select(int.Parse).ToArray();
            var (original, expected) = (Convert.FromBase64String(fields[5]), Convert.FromBase64String(fields[6]));
            var isGray = original.Length == size[0] * size[1];
            var actual = PixelResizer.Resize(new(size[0], size[1], isGray ? Colored(original) : original), size[2], size[3],
                Resampling.Bicubic);
            CollectionAssert.AreEqual(isGray ? Colored(expected) : expected, actual, fields[0]);
        }
    }

    [TestMethod]
    public void Bicubic_overshoots_at_an_edge_and_stops_at_white_and_black()
    {
        byte[] Row(byte dark, byte bright) => [
            .. PixelResizer.Resize(new(1, 4, Colored([dark, dark, bright, bright])), 1, 16, Resampling.Bicubic)
            .Where((_, i) => i % 3 == 0)];
        Assert.IsTrue(Row(50, 150) is var inside && inside.Min() < 50 && inside.Max() > 150);
        Assert.IsTrue(Row(0, 255) is var outside && outside[0] == 0 && outside[^1] == 255 && outside.SequenceEqual(outside.Order()),
            "Clamped, not wrapped around.");
    }

    [TestMethod]
    public void A_flat_image_stays_flat_at_any_size() => Gen.Select(
            Gen.Int[1, 70], Gen.Int[1, 70], Gen.Int[1, 70], Gen.Int[1, 70], Gen.Byte, Gen.Enum<Resampling>())
        .Sample((height, width, newHeight, newWidth, value, resampling) =>
        {
            var flat = new byte[height * width * 3];
            Array.Fill(flat, value);
            var resized = PixelResizer.Resize(new(height, width, flat), newHeight, newWidth, resampling);
            return resized.Length == newHeight * newWidth * 3 && resized.All(b => b == value);
        }, iter: 300);

    [TestMethod]
    public void An_unchanged_size_changes_no_byte()
    {
        byte[] rgb = [1, 2, 3, 250, 251, 252];
        foreach (var resampling in Enum.GetValues<Resampling>())
            CollectionAssert.AreEqual(rgb, PixelResizer.Resize(new(2, 1, rgb), 2, 1, resampling), resampling.ToString());
    }

    [TestMethod]
    public void A_mask_enlarged_by_a_whole_factor_repeats_each_pixel() =>
        CollectionAssert.AreEqual(
            new byte[] { 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 2, 2, 0, 0, 2, 2 }, PixelResizer.NearestMask([1, 0, 0, 2], 2, 2, 4, 4));

    [TestMethod]
    public void Halving_averages_neighbors_where_nearest_picks_one()
    {
        byte[] stripes = [0, 0, 0, 100, 100, 100, 0, 0, 0, 100, 100, 100];
        var image = new PixelImage(1, 4, stripes);
        CollectionAssert.AreEqual(new byte[] { 0, 0, 0, 0, 0, 0 }, PixelResizer.Resize(image, 1, 2, Resampling.Nearest));
        Assert.IsTrue(PixelResizer.Resize(image, 1, 2, Resampling.Bilinear).All(value => value is > 30 and < 70),
            "Antialiased: both stripes count.");
    }

    [TestMethod]
    public void Nearest_rounds_down_to_the_source_pixel()
    {
        var image = new PixelImage(1, 5, Colored([10, 20, 30, 40, 50]));
        CollectionAssert.AreEqual(Colored([10, 20, 40]), PixelResizer.Resize(image, 1, 3, Resampling.Nearest), "0, 5/3, 10/3");
        CollectionAssert.AreEqual(Colored([10, 10, 20, 30, 30, 40, 50]), PixelResizer.Resize(image, 1, 7, Resampling.Nearest),
            "0, 5/7, 10/7 ... 30/7");
    }

    /// <summary>Sizes at which OpenCV 4.6's cv2.resize picks another pixel than exact arithmetic would.</summary>
    [TestMethod]
    [DataRow(6, 34, 17, 2)]
    [DataRow(26, 10, 5, 12)]
    [DataRow(28, 36, 27, 20)]
    public void Nearest_rounds_where_OpenCV_does(int size, int newSize, int at, int expected)
    {
        byte[] ramp = [.. Enumerable.Range(0, size).Select(i => (byte)i)];
        Assert.AreEqual(expected, PixelResizer.Resize(new(1, size, Colored(ramp)), 1, newSize, Resampling.Nearest)[at * 3]);
        Assert.AreEqual(expected, PixelResizer.NearestMask(ramp, size, 1, newSize, 1)[at]);
    }

    private static byte[] Colored(byte[] gray) => [.. gray.SelectMany(value => new[] { value, value, value })];
}
