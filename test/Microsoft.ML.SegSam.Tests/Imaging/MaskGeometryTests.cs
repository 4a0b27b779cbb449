using CsCheck;
using Microsoft.ML.SegSam.Imaging;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class MaskGeometryTests
{
    [TestMethod]
    public void The_mask_is_where_the_logits_are_positive()
    {
        var geometry = ImageGeometry.For(5, 9, 8, ResizeRule.LongestSide);
        float[] lowRes = [3, -1, -2, 1.5f];
        using var logits = MaskGeometry.ToOriginal(torch.tensor(lowRes, [1, 2, 2]), geometry);
        var expected = logits.data<float>().ToArray().Select(value => value > 0).ToArray();
        CollectionAssert.AreEqual(expected, MaskGeometry.ToOriginalMask(lowRes, 2, geometry));
        Assert.IsTrue(expected[0] && !expected[8] && expected.Length == 45);
        Assert.ThrowsExactly<ArgumentException>(() => MaskGeometry.ToOriginalMask(lowRes, 3, geometry));
    }

    [TestMethod]
    [DataRow(torch.ScalarType.Float32)]
    [DataRow(torch.ScalarType.Float16)]
    public void Logits_given_stay_the_callers_and_nothing_leaks(torch.ScalarType dtype)
    {
        using var lowRes = torch.ones(2, 4, 4, dtype: dtype);
        var before = LiveTensors.Count;
        using (var logits = MaskGeometry.ToOriginal(lowRes, ImageGeometry.For(16, 16, 16, ResizeRule.PadOrStretch)))
        {
            CollectionAssert.AreEqual(new long[] { 2, 16, 16 }, logits.shape);
            Assert.AreEqual(torch.ScalarType.Float32, logits.dtype);
        }

        Assert.AreEqual(before, LiveTensors.Count);
        Assert.AreEqual(32, lowRes.sum().ToSingle());
    }

    [TestMethod]
    public void No_object_vanishes_and_none_appears() => Gen.Select(
            Gen.Int[1, 90], Gen.Int[1, 90], Gen.Int[1, 16], Gen.Enum<ResizeRule>(), Gen.Int[0, 10_000])
        .Sample((height, width, size, rule, at) =>
        {
            var geometry = ImageGeometry.For(height, width, size, rule);
            var mask = new byte[height * width];
            var wasEmpty = MaskGeometry.ToNetwork(mask, geometry).All(pixel => pixel == 0);
            mask[at % mask.Length] = 255;
            var target = MaskGeometry.ToNetwork(mask, geometry);
            var place = new RegionBox(geometry.OffsetX, geometry.OffsetY,
                geometry.OffsetX + geometry.ScaledWidth, geometry.OffsetY + geometry.ScaledHeight);
            return wasEmpty && target.All(pixel => pixel <= 1) && MaskRegions.Box(target, size, size)?.Union(place) == place;
        }, iter: 500);

    [TestMethod]
    public void A_stretched_rectangle_comes_back_where_it_was()
    {
        const int Height = 40, Width = 200; // to a square of 64: higher and narrower
        var mask = new byte[Height * Width];
        for (var y = 10; y < 30; y++)
            mask.AsSpan(y * Width + 50, 100).Fill(255);
        var geometry = ImageGeometry.For(Height, Width, 64, ResizeRule.Stretch);
        var target = MaskGeometry.ToNetwork(mask, geometry);
        Assert.AreEqual(new RegionBox(16, 16, 48, 48), MaskRegions.Box(target, 64, 64));
        var back = MaskGeometry.ToOriginalMask([.. target.Select(pixel => pixel * 2f - 1)], 64, geometry);
        var wrong = Enumerable.Range(0, mask.Length).Where(i => back[i] != mask[i] > 0).ToList();
        Assert.IsTrue(wrong.All(i => i % Width is (>= 47 and < 53) or (>= 147 and < 153) || i / Width is 9 or 10 or 29 or 30), "At the rim alone.");
    }

    [TestMethod]
    public void A_mask_of_another_size_than_its_image_is_refused()
    {
        var geometry = ImageGeometry.For(4, 5, 8, ResizeRule.PadOrStretch);
        var error = Assert.ThrowsExactly<ArgumentException>(() => MaskGeometry.ToNetwork(new byte[21], geometry));
        StringAssert.Contains(error.Message, "5 x 4 = 20");
    }
}
