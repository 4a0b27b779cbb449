using CsCheck;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class PixelLevelsTests
{
    [TestMethod]
    public void The_darkest_pixel_becomes_0_the_brightest_1_and_order_is_kept() =>
        Gen.Byte.Array[1, 60].Sample(pixels =>
        {
            var levels = PixelLevels.For(PixelScaling.MinMax, pixels);
            var sorted = pixels.Distinct().Order().ToArray();
            for (var channel = 0; channel < 3; channel++)
            {
                var scaled = sorted.Select(pixel => levels[channel * 256 + pixel]).ToArray();
                if (scaled[0] != 0 || (scaled.Length > 1 && scaled[^1] != 1) || scaled.Zip(scaled.Skip(1))
                    .Any(pair => pair.First >= pair.Second))
                    return false;
            }

            return true;
        });

    [TestMethod]
    [DataRow((byte)0)]
    [DataRow((byte)77)]
    [DataRow((byte)255)]
    public void A_flat_image_becomes_0(byte value) =>
        Assert.AreEqual(0f, PixelLevels.For(PixelScaling.MinMax, [value, value, value])[value]);

    [TestMethod]
    public void The_mean_color_lies_at_0_and_a_deviation_above_it_at_1()
    {
        var levels = PixelLevels.For(PixelScaling.MeanStd, [0, 255]);
        Assert.AreEqual(0, Between(levels.AsSpan(0, 256), 0.485f * 255), 1e-5, "red");
        Assert.AreEqual(0, Between(levels.AsSpan(256, 256), 0.456f * 255), 1e-5, "green");
        Assert.AreEqual(0, Between(levels.AsSpan(512, 256), 0.406f * 255), 1e-5, "blue");
        Assert.AreEqual(1, Between(levels.AsSpan(0, 256), (0.485f + 0.229f) * 255), 1e-5, "red");
        Assert.AreEqual(1, Between(levels.AsSpan(256, 256), (0.456f + 0.224f) * 255), 1e-5, "green");
        Assert.AreEqual(1, Between(levels.AsSpan(512, 256), (0.406f + 0.225f) * 255), 1e-5, "blue");
    }

    [TestMethod]
    public void An_undefined_scaling_is_refused() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PixelLevels.For((PixelScaling)2, [1, 2, 3]));

    private static double Between(ReadOnlySpan<float> levels, float at) =>
        levels[(int)at] + (at - (int)at) * (levels[(int)at + 1] - levels[(int)at]);
}
