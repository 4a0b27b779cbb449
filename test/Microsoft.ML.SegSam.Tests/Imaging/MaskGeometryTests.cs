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

    [TestMethod]
    [DataRow(0f, -8f)]
    [DataRow(1 / 16f, -2.70805f)]
    [DataRow(0.5f, 0f)]
    [DataRow(15 / 16f, 2.70805f)]
    [DataRow(1f, 8f)]
    public void A_pixel_that_a_mask_covers_in_part_has_the_log_odds_of_its_share(float share, float logit) =>
        Assert.AreEqual(logit, MaskGeometry.LogOdds(share), 1e-5f);

    /// <summary>
    /// Sizes below and above those of a vector, smaller and larger than the input, padded and stretched; masks from full to empty.
    /// </summary>
    [TestMethod]
    public void Logits_are_those_of_libtorch() =>
        Gen.Select(Gen.Int[1, 150], Gen.Int[1, 150], Gen.Int[1, 24], Gen.Int[1, 96],
            Gen.Enum<ResizeRule>(), Gen.Int[0, 40], Gen.Int[0, 1000])
        .Sample((height, width, side, size, rule, background, seed) =>
        {
            using var scope = torch.NewDisposeScope();
            var geometry = ImageGeometry.For(height, width, size, rule);
            using var generator = new torch.Generator((ulong)seed, torch.CPU);
            var lowRes = torch.randn([1, 1, side, side], generator: generator) * 10 - background;
            var input = Resize(lowRes, size, size).narrow(2, geometry.OffsetY, geometry.ScaledHeight)
                .narrow(3, geometry.OffsetX, geometry.ScaledWidth);
            var (logits, values) = (Resize(input, height, width).flatten(), lowRes.data<float>().ToArray());
            var found = MaskGeometry.ToOriginalLogits(values, side, geometry);
            return (torch.tensor(found) - logits).abs().max().item<float>() < 2e-5f
                && MaskGeometry.ToOriginalMask(values, side, geometry).SequenceEqual(found.Select(logit => logit > 0));
        }, iter: 1000);

    [TestMethod]
    public void A_part_is_a_picture_of_its_own_and_its_mask_comes_back_to_its_place() => Gen.Select(
            Gen.Int[8, 90], Gen.Int[8, 90], Gen.Int[0, 1000], Gen.Enum<ResizeRule>())
        .Sample((height, width, seed, rule) =>
        {
            var random = new Random(seed);
            var (x, y) = (random.Next(width - 4), random.Next(height - 4));
            var part = new RegionBox(x, y, x + random.Next(2, width - x), y + random.Next(2, height - y));
            var (whole, geometry) = (new byte[height * width], ImageGeometry.For(height, width, part, 32, rule));
            random.NextBytes(whole);
            for (var i = 0; i < whole.Length; i++)
                whole[i] &= 1;
            var cut = Enumerable.Range(0, part.Height * part.Width)
                .Select(i => whole[(part.Y0 + i / part.Width) * width + part.X0 + i % part.Width]).ToArray();
            var alone = ImageGeometry.For(part.Height, part.Width, 32, rule == ResizeRule.PadOrStretch ? ResizeRule.Stretch : rule);
            var lowRes = Enumerable.Range(0, 64).Select(_ => random.NextSingle() - 0.5f).ToArray();
            var (inside, expected) = (MaskGeometry.ToOriginalMask(lowRes, 8, geometry), MaskGeometry.ToOriginalMask(lowRes, 8, alone));
            var logits = MaskGeometry.ToOriginalLogits(lowRes, 8, geometry);
            for (var i = 0; i < inside.Length; i++)
            {
                var (row, column) = (i / width - part.Y0, i % width - part.X0);
                var isIn = row >= 0 && row < part.Height && column >= 0 && column < part.Width;
                if (inside[i] != (isIn && expected[row * part.Width + column]) || logits[i] > 0 != inside[i])
                    return false;
            }

            return MaskGeometry.ToNetwork(whole, geometry).SequenceEqual(MaskGeometry.ToNetwork(cut, alone));
        }, iter: 200);

    [TestMethod]
    public void Logits_move_from_a_part_to_the_whole_image_and_back()
    {
        var whole = ImageGeometry.For(64, 64, 64, ResizeRule.LongestSide);
        var part = ImageGeometry.For(64, 64, new RegionBox(16, 32, 32, 48), 64, ResizeRule.LongestSide);
        float[] square = [.. Enumerable.Range(0, 256).Select(i => i % 16 is >= 4 and < 12 && i / 16 is >= 4 and < 12 ? 8f : -8)];
        var moved = MaskGeometry.Move(square, 16, part, whole); // 16 x 16 of 4 pixels each; the part is 4 x 4 of them, the square 2 x 2
        for (var i = 0; i < moved.Length; i++)
        {
            var (row, column) = (i / 16, i % 16);
            var isSquare = row is 9 or 10 && column is 5 or 6;
            Assert.AreEqual(isSquare, moved[i] > 0, $"{row} {column}");
            if (row is < 8 or >= 12 || column is < 4 or >= 8)
                Assert.AreEqual(MaskGeometry.OutsideLogit, moved[i]);
        }

        var back = MaskGeometry.Move(moved, 16, whole, part);
        Assert.IsTrue(back[8 * 16 + 8] > 0 && back[0] < 0 && back[255] < 0);
        var still = MaskGeometry.Move(square, 16, whole, whole);
        Assert.IsTrue(still.Zip(square).All(pair => pair.First > 0 == pair.Second > 0), "In its own frame a mask stays where it is.");
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
