using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class PreprocessingTests
{
    [TestMethod]
    public void Nothing_undefined_is_taken()
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => new Preprocessing((ResizeRule)9, Resampling.Bilinear, PixelScaling.MeanStd, ChannelOrder.Rgb));
        Assert.Contains("Expected one of PadOrStretch, LongestSide, Stretch.", failure.Message);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            new Preprocessing(ResizeRule.Stretch, (Resampling)(-1), PixelScaling.MeanStd, ChannelOrder.Rgb));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            new Preprocessing(ResizeRule.Stretch, Resampling.Bicubic, (PixelScaling)2, ChannelOrder.Rgb));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            new Preprocessing(ResizeRule.Stretch, Resampling.Bicubic, PixelScaling.MinMax, (ChannelOrder)2));
    }

    [TestMethod]
    public void Nothing_chosen_leaves_the_familys_way_and_each_choice_replaces_its_part()
    {
        foreach (var family in (Preprocessing[])[Preprocessing.Default, Preprocessing.Sam, Preprocessing.MedSam, Preprocessing.SamMed2D])
            Assert.AreEqual(family, new SegSamOptions().Over(family));
        var rule = new SegSamOptions { Resize = ResizeRule.LongestSide }.Over(Preprocessing.MedSam);
        Assert.AreEqual(new(ResizeRule.LongestSide, Resampling.Bicubic, PixelScaling.MinMax, ChannelOrder.Rgb), rule);
        var rest = new SegSamOptions { Resampling = Resampling.Nearest, PixelScaling = PixelScaling.MeanStd,
            ChannelOrder = ChannelOrder.Bgr }.Over(Preprocessing.MedSam);
        Assert.AreEqual(new(ResizeRule.Stretch, Resampling.Nearest, PixelScaling.MeanStd, ChannelOrder.Bgr), rest);
    }

    [TestMethod]
    public void Blue_comes_first_when_asked_for_and_the_callers_pixels_stay()
    {
        var image = new PixelImage(2, 1, [1, 2, 3, 4, 5, 6]);
        var network = NetworkImage.From(image, 4,
            new(ResizeRule.PadOrStretch, Resampling.Bilinear, PixelScaling.MeanStd, ChannelOrder.Bgr));
        CollectionAssert.AreEqual(new byte[] { 3, 2, 1, 6, 5, 4 }, network.Pixels);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3, 4, 5, 6 }, image.Rgb);
    }

    [TestMethod]
    [DataRow(Resampling.Bilinear, new byte[] { 0, 50, 150, 200 })]
    [DataRow(Resampling.Nearest, new byte[] { 0, 0, 200, 200 })]
    public void Rule_and_resampling_are_the_ones_asked_for(Resampling resampling, byte[] expected)
    {
        var image = NetworkImage.From(new(1, 2, [0, 0, 0, 200, 200, 200]), 4,
            new(ResizeRule.Stretch, resampling, PixelScaling.MinMax, ChannelOrder.Rgb));
        Assert.AreEqual((4, 4), (image.Geometry.ScaledHeight, image.Geometry.ScaledWidth));
        for (var row = 0; row < 4; row++)
            CollectionAssert.AreEqual(expected.SelectMany(value => new[] { value, value, value }).ToArray(),
                image.Pixels[(row * 12)..((row + 1) * 12)]);
    }
}
