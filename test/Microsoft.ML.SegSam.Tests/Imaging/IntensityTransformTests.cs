using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class IntensityTransformTests
{
    // mean 100
    private static readonly NetworkImage Image = new(ImageGeometry.For(1, 2, 2, ResizeRule.LongestSide), [50, 50, 50, 150, 150, 150]);

    [TestMethod]
    [DataRow(0, 1, 1, 50, 150)]
    [DataRow(0.2, 1, 1, 101, 201)]    // 51 levels more
    [DataRow(0.5, 1, 1, 178, 255)]    // white is the end
    [DataRow(-0.5, 1, 1, 0, 23)]
    [DataRow(0, 0.5, 1, 75, 125)]     // half as far from the mean
    [DataRow(0, 1, 2, 10, 88)]        // 255 · (50/255)² and 255 · (150/255)²
    public void Each_change_does_what_it_says(double brightness, double contrast, double gamma, int dark, int bright)
    {
        var changed = new IntensityTransform(brightness, contrast, gamma, noise: 0, seed: 1).Change(Image);
        Assert.AreEqual(Image.Geometry, changed.Geometry);
        CollectionAssert.AreEqual(new[] { dark, dark, dark, bright, bright, bright }, changed.Pixels.Select(level => (int)level).ToArray());
    }

    [TestMethod]
    public void Noise_has_the_deviation_asked_for_keeps_gray_gray_and_repeats()
    {
        const int Pixels = 100 * 100;
        var flat = new byte[Pixels * 3];
        Array.Fill(flat, (byte)128);
        var image = new NetworkImage(ImageGeometry.For(100, 100, 100, ResizeRule.LongestSide), flat);
        var noisy = new IntensityTransform(0, 1, 1, noise: 0.04, seed: 1).Change(image).Pixels;
        var levels = Enumerable.Range(0, Pixels).Select(i => (double)noisy[3 * i]).ToList();
        Assert.AreEqual(128, levels.Average(), 0.4);
        Assert.AreEqual(0.04 * 255, Math.Sqrt(levels.Average(level => Math.Pow(level - 128, 2))), 0.3);
        Assert.IsTrue(Enumerable.Range(0, Pixels).All(i => noisy[3 * i] == noisy[3 * i + 1] && noisy[3 * i] == noisy[3 * i + 2]));
        CollectionAssert.AreEqual(noisy, new IntensityTransform(0, 1, 1, 0.04, seed: 1).Change(image).Pixels);
        CollectionAssert.AreNotEqual(noisy, new IntensityTransform(0, 1, 1, 0.04, seed: 2).Change(image).Pixels);
    }

    [TestMethod]
    public void Drawn_changes_lie_in_their_ranges_and_none_is_made_that_is_off()
    {
        var off = new Augmentation { Brightness = 0, Contrast = 0, Gamma = 0, Noise = 0 };
        CollectionAssert.AreEqual(Image.Pixels, IntensityTransform.Draw(off, new Random(1)).Change(Image).Pixels);
        var brightest = Enumerable.Range(0, 300)
            .Select(seed => IntensityTransform.Draw(off with { Brightness = 0.1 }, new Random(seed)).Change(Image).Pixels[0]).ToList();
        Assert.IsTrue(brightest.Min() is >= 24 and < 30 && brightest.Max() is > 70 and <= 76, $"{brightest.Min()} to {brightest.Max()}");
    }
}
