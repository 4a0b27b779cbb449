using CsCheck;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class MaskRegionsTests
{
    [TestMethod]
    public void The_largest_region_is_the_one_that_flooding_finds() => Gen.Select(
            Gen.Int[1, 12], Gen.Int[1, 12], Gen.Int[0, 9], Gen.Int[0, int.MaxValue])
        .Sample((height, width, tenths, seed) =>
        {
            var random = new Random(seed);
            var mask = Enumerable.Range(0, height * width).Select(_ => random.Next(10) < tenths ? (byte)1 : (byte)0).ToArray();
            var expected = Flood(mask, height, width);
            if (expected.Count == 0)
                return MaskRegions.LargestBox(mask, height, width) is null && MaskRegions.Box(mask, height, width) is null;
            return expected.MaxBy(region => region.Area).Box.Equals(MaskRegions.LargestBox(mask, height, width))
                && expected.Select(region => region.Box).Aggregate((a, b) => a.Union(b)).Equals(MaskRegions.Box(mask, height, width));
        }, iter: 2000);

    [TestMethod]
    public void Corners_connect_and_gaps_do_not()
    {
        byte[] mask =
        [
            1, 0, 0, 0, 0,
            0, 1, 0, 0, 1,
            0, 0, 1, 0, 1,
        ];
        Assert.AreEqual(new RegionBox(0, 0, 3, 3), MaskRegions.LargestBox(mask, 3, 5));
    }

    [TestMethod]
    public void A_comb_of_many_teeth_is_one_region_without_recursion()
    {
        const int Side = 2000;
        var mask = new byte[Side * Side];
        for (var i = 0; i < mask.Length; i++)
            mask[i] = i / Side == Side - 1 || i % 2 == 0 ? (byte)1 : (byte)0;
        Assert.AreEqual(new RegionBox(0, 0, Side, Side), MaskRegions.LargestBox(mask, Side, Side));
    }

    [TestMethod]
    public void A_mask_of_another_length_is_refused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => MaskRegions.Box(new byte[5], 2, 3));
        Assert.ThrowsExactly<ArgumentException>(() => MaskRegions.LargestBox(new byte[7], 2, 3));
    }

    private static List<(RegionBox Box, int Area)> Flood(byte[] mask, int height, int width)
    {
        var seen = new bool[mask.Length];
        var regions = new List<(RegionBox, int)>();
        for (var start = 0; start < mask.Length; start++)
        {
            if (mask[start] == 0 || seen[start])
                continue;
            var (box, area) = (new RegionBox(start % width, start / width, start % width, start / width), 0);
            var waiting = new Stack<(int Y, int X)>([(start / width, start % width)]);
            while (waiting.TryPop(out var pixel))
            {
                if (pixel.Y < 0 || pixel.Y >= height || pixel.X < 0 || pixel.X >= width
                    || seen[pixel.Y * width + pixel.X] || mask[pixel.Y * width + pixel.X] == 0)
                    continue;
                seen[pixel.Y * width + pixel.X] = true;
                area++;
                box = box.Union(new(pixel.X, pixel.Y, pixel.X + 1, pixel.Y + 1));
                for (var neighbor = 0; neighbor < 9; neighbor++)
                    waiting.Push((pixel.Y + neighbor / 3 - 1, pixel.X + neighbor % 3 - 1));
            }

            regions.Add((box, area));
        }

        return regions;
    }
}
