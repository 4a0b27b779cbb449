using Microsoft.ML.SegSam.Display;


namespace Microsoft.ML.SegSam.Tests.Display;

[TestClass]
public sealed class RgbTests
{
    [TestMethod]
    public void Twenty_colors_and_more_are_far_from_each_other_and_from_gray()
    {
        Assert.IsGreaterThanOrEqualTo(20, Rgb.PaletteSize);
        var colors = Enumerable.Range(0, Rgb.PaletteSize).Select(Rgb.FromPalette).ToArray();
        foreach (var (i, a) in colors.Index())
        {
            Assert.IsGreaterThan(40, Math.Max(a.R, Math.Max(a.G, a.B)) - Math.Min(a.R, Math.Min(a.G, a.B)), $"{i} looks gray");
            foreach (var (j, b) in colors.Index().Where(other => other.Index > i))
                Assert.IsGreaterThan(60, Math.Abs(a.R - b.R) + Math.Abs(a.G - b.G) + Math.Abs(a.B - b.B), $"{i} and {j}");
        }
    }

    [TestMethod]
    public void Indices_past_the_last_begin_again_and_negative_ones_are_refused()
    {
        Assert.AreEqual(Rgb.FromPalette(3), Rgb.FromPalette(3 + 2 * Rgb.PaletteSize));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Rgb.FromPalette(-1));
    }
}
