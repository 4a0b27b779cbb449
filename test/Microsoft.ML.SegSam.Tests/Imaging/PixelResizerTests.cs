using CsCheck;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class PixelResizerTests
{
    [TestMethod]
    public void A_flat_image_stays_flat_at_any_size() => Gen.Select(
            Gen.Int[1, 70], Gen.Int[1, 70], Gen.Int[1, 70], Gen.Int[1, 70], Gen.Byte)
        .Sample((height, width, newHeight, newWidth, value) =>
        {
            var flat = new byte[height * width * 3];
            Array.Fill(flat, value);
            var resized = PixelResizer.Bilinear(new(height, width, flat), newHeight, newWidth);
            return resized.Length == newHeight * newWidth * 3 && resized.All(b => b == value);
        }, iter: 300);

    [TestMethod]
    public void An_unchanged_size_changes_no_byte()
    {
        byte[] rgb = [1, 2, 3, 250, 251, 252];
        CollectionAssert.AreEqual(rgb, PixelResizer.Bilinear(new(2, 1, rgb), 2, 1));
        CollectionAssert.AreEqual(rgb, PixelResizer.Nearest(new(2, 1, rgb), 2, 1));
    }

    [TestMethod]
    public void A_mask_enlarged_by_a_whole_factor_repeats_each_pixel() =>
        CollectionAssert.AreEqual(
            new byte[] { 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 2, 2, 0, 0, 2, 2 }, PixelResizer.NearestMask([1, 0, 0, 2], 2, 2, 4, 4));

    [TestMethod]
    public void Halving_averages_neighbours_where_nearest_picks_one()
    {
        byte[] stripes = [0, 0, 0, 100, 100, 100, 0, 0, 0, 100, 100, 100];
        var image = new PixelImage(1, 4, stripes);
        CollectionAssert.AreEqual(new byte[] { 0, 0, 0, 0, 0, 0 }, PixelResizer.Nearest(image, 1, 2));
        Assert.IsTrue(PixelResizer.Bilinear(image, 1, 2).All(value => value is > 30 and < 70), "Antialiased: both stripes count.");
    }
}
