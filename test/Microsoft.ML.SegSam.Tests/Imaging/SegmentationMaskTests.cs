using CsCheck;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class SegmentationMaskTests
{
    private static readonly Gen<(bool[] Pixels, int Height, int Width)> Masks =
        Gen.Select(Gen.Int[1, 12], Gen.Int[1, 12], Gen.Int[0, 10], Gen.Int[0, int.MaxValue])
        .Select((height, width, tenths, seed) =>
        {
            var random = new Random(seed);
            return (Enumerable.Range(0, height * width).Select(_ => random.Next(10) < tenths).ToArray(), height, width);
        });

    [TestMethod]
    public void Runs_go_down_the_columns_and_begin_with_background()
    {
        var mask = Draw(
            ".##",
            ".#.",
            "..#");
        CollectionAssert.AreEqual((int[])[3, 2, 1, 1, 1, 1], mask.Counts.ToArray());
        Assert.AreEqual(4, mask.Area);
        Assert.AreEqual(new RegionBox(1, 0, 3, 3), mask.Box);
        CollectionAssert.AreEqual((int[])[0, 2, 2], Draw("#.", "#.").Counts.ToArray());
        CollectionAssert.AreEqual((int[])[4], Draw("..", "..").Counts.ToArray());
        Assert.IsNull(Draw("..", "..").Box);
        Assert.AreEqual(new RegionBox(0, 0, 2, 2), SegmentationMask.FromCounts([1, 2, 1], 2, 2).Box,
            "a run that goes on in the next column");
    }

    /// <summary>The text is from the documentation of COCO's tools; its counts follow from the code's definition by hand.</summary>
    [TestMethod]
    [DataRow("61X13mN000`0", new[] { 6, 1, 40, 4, 5, 4, 5, 4, 21 }, 9, 10)]
    [DataRow("04", new[] { 0, 4 }, 2, 2)]
    [DataRow("`0", new[] { 16 }, 4, 4)]
    [DataRow("PP1", new[] { 1024 }, 32, 32)]
    public void Compressed_text_is_COCOs(string text, int[] counts, int height, int width)
    {
        Assert.AreEqual(text, SegmentationMask.FromCounts(counts, height, width).ToCocoText());
        CollectionAssert.AreEqual(counts, SegmentationMask.FromCocoText(text, height, width).Counts.ToArray());
    }

    [TestMethod]
    public void Pixels_counts_and_text_go_there_and_back() => Masks.Sample((pixels, height, width) =>
    {
        var mask = SegmentationMask.FromPixels(pixels, height, width);
        return mask.ToPixels().SequenceEqual(pixels) && mask.Area == pixels.Count(inside => inside)
            && SegmentationMask.FromCounts(mask.Counts, height, width).ToPixels().SequenceEqual(pixels)
            && SegmentationMask.FromCocoText(mask.ToCocoText(), height, width).Counts.SequenceEqual(mask.Counts)
            && mask.Box.Equals(MaskRegions.Box(System.Runtime.InteropServices.MemoryMarshal.AsBytes<bool>(pixels), height, width));
    }, iter: 2000);

    [TestMethod]
    public void Any_counts_go_through_the_text() => Gen.Int[0, 2_000_000].Array[1, 30]
        .Sample(counts => CocoRle.FromText(CocoRle.ToText(counts)).SequenceEqual(counts), iter: 2000);

    [TestMethod]
    public void Contours_cover_the_mask_exactly() => Masks.Sample((pixels, height, width) =>
    {
        var contours = SegmentationMask.FromPixels(pixels, height, width).Trace();
        var filled = new bool[pixels.Length];
        for (var i = 0; i < filled.Length; i++)
            filled[i] = contours.Count(contour => Surrounds(contour.Polygon, i % width + 0.5, i / width + 0.5)) % 2 == 1;
        var area = contours.Sum(contour => DoubleArea(contour.Polygon));
        return filled.SequenceEqual(pixels) && area == 2L * pixels.Count(inside => inside)
            && contours.All(contour => contour.IsHole == DoubleArea(contour.Polygon) < 0);
    }, iter: 1000);

    [TestMethod]
    public void A_ring_has_an_outline_and_a_hole()
    {
        var contours = Draw(
            "....",
            ".###",
            ".#.#",
            ".###").Trace();
        Assert.HasCount(2, contours);
        Assert.IsFalse(contours[0].IsHole);
        Assert.IsTrue(contours[1].IsHole);
        CollectionAssert.AreEqual((int[])[4, 1, 4, 4, 1, 4, 1, 1], contours[0].Polygon.ToArray());
        Assert.AreEqual(-2, DoubleArea(contours[1].Polygon));
    }

    [TestMethod]
    public void Pixels_that_touch_at_a_corner_have_one_outline()
    {
        Assert.HasCount(1, Draw("#.", ".#").Contours());
        Assert.HasCount(2, Draw("#.#").Contours());
        Assert.IsEmpty(Draw("..").Contours());
    }

    [TestMethod]
    public void What_is_no_mask_is_refused()
    {
        Assert.Contains("swapped", Assert.ThrowsExactly<ArgumentException>(() => SegmentationMask.FromCounts([3, 4], 2, 4)).Message);
        Assert.Contains("none below 0", Assert.ThrowsExactly<ArgumentException>(() => SegmentationMask.FromCounts([-1, 9], 2, 4)).Message);
        Assert.ThrowsExactly<ArgumentException>(() => SegmentationMask.FromPixels(new bool[5], 2, 3));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SegmentationMask.FromPixels([], 0, 3));
        Assert.Contains("truncated", Assert.ThrowsExactly<FormatException>(() => SegmentationMask.FromCocoText("61X", 9, 10)).Message);
        Assert.Contains("' '", Assert.ThrowsExactly<FormatException>(() => SegmentationMask.FromCocoText("6 1", 9, 10)).Message);
        Assert.ThrowsExactly<FormatException>(() => SegmentationMask.FromCocoText("ooooooooo0", 9, 10));
        Assert.Contains("is -1", Assert.ThrowsExactly<FormatException>(() => SegmentationMask.FromCocoText("O", 9, 10)).Message);
    }

    private static SegmentationMask Draw(params string[] rows) =>
        SegmentationMask.FromPixels([.. rows.SelectMany(row => row.Select(each => each == '#'))], rows.Length, rows[0].Length);

    private static long DoubleArea(IReadOnlyList<int> polygon)
    {
        var sum = 0L;
        for (var i = 0; i < polygon.Count; i += 2)
            sum += (long)polygon[i] * polygon[(i + 3) % polygon.Count] - (long)polygon[i + 1] * polygon[(i + 2) % polygon.Count];
        return sum;
    }

    // By crossings of a ray to the right.
    private static bool Surrounds(IReadOnlyList<int> polygon, double x, double y)
    {
        var inside = false;
        for (var i = 0; i < polygon.Count; i += 2)
        {
            var (x0, y0, y1) = (polygon[i], polygon[i + 1], polygon[(i + 3) % polygon.Count]);
            if (y0 > y != y1 > y && x0 > x) // an upright edge: both ends have one x
                inside = !inside;
        }

        return inside;
    }
}
