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
        var expected = MaskGeometry.ToOriginalLogits(lowRes, 2, geometry).Select(value => value > 0).ToArray();
        CollectionAssert.AreEqual(expected, MaskGeometry.ToOriginalMask(lowRes, 2, geometry));
        Assert.IsTrue(expected[0] && !expected[8] && expected.Length == 45);
        var keys = new uint[45];
        MaskGeometry.ToOriginalMask(lowRes, 2, geometry, keys, inside: 7);
        CollectionAssert.AreEqual(expected.Select(value => value ? 7u : 0).ToArray(), keys);
        Assert.ThrowsExactly<ArgumentException>(() => MaskGeometry.ToOriginalMask(lowRes, 3, geometry));
    }

    /// <summary>Sizes below and above those of a vector, smaller and larger than the input, padded and stretched.</summary>
    [TestMethod]
    public void Logits_are_those_of_libtorch() =>
        Gen.Select(Gen.Int[1, 150], Gen.Int[1, 150], Gen.Int[1, 24], Gen.Int[1, 96], Gen.Enum<ResizeRule>(), Gen.Int[0, 1000])
        .Sample((height, width, side, size, rule, seed) =>
        {
            using var scope = torch.NewDisposeScope();
            var geometry = ImageGeometry.For(height, width, size, rule);
            using var generator = new torch.Generator((ulong)seed, torch.CPU);
            var lowRes = torch.randn([1, 1, side, side], generator: generator) * 10;
            var input = Resize(lowRes, size, size).narrow(2, geometry.OffsetY, geometry.ScaledHeight)
                .narrow(3, geometry.OffsetX, geometry.ScaledWidth);
            var (logits, values) = (Resize(input, height, width).flatten(), lowRes.data<float>().ToArray());
            var found = MaskGeometry.ToOriginalLogits(values, side, geometry);
            return (torch.tensor(found) - logits).abs().max().item<float>() < 2e-5f
                && MaskGeometry.ToOriginalMask(values, side, geometry).SequenceEqual(found.Select(logit => logit > 0));
        }, iter: 500);

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
            return wasEmpty && target.All(pixel => pixel <= 1) && place.Equals(MaskRegions.Box(target, size, size)?.Union(place));
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
        Assert.IsTrue(wrong.All(i => i % Width is (>= 47 and < 53) or (>= 147 and < 153) || i / Width is 9 or 10 or 29 or 30),
            "At the rim alone.");
    }

    [TestMethod]
    public void A_mask_of_another_size_than_its_image_is_refused()
    {
        var geometry = ImageGeometry.For(4, 5, 8, ResizeRule.PadOrStretch);
        var error = Assert.ThrowsExactly<ArgumentException>(() => MaskGeometry.ToNetwork(new byte[21], geometry));
        StringAssert.Contains(error.Message, "5 x 4 = 20");
    }

    private static torch.Tensor Resize(torch.Tensor x, int height, int width) =>
        torch.nn.functional.interpolate(x, [height, width], mode: torch.InterpolationMode.Bilinear, align_corners: false);
}
