using CsCheck;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Tests.Metrics;

[TestClass]
public sealed class SurfaceAgreementTests
{
    private static readonly SurfaceRuler TwoPixels = new(2, spacing: null);

    // Two masks of one size, a tolerance and a spacing with both axes apart.
    private static readonly Gen<(bool[] A, bool[] B, int Width, SurfaceRuler Ruler)> Cases =
        from height in Gen.Int[1, 9]
        from width in Gen.Int[1, 9]
        from a in Gen.Bool.Array[height * width]
        from b in Gen.Bool.Array[height * width]
        from empty in Gen.Int[0, 5]
        from x in Gen.Double[0.05, 4]
        from y in Gen.Double[0.05, 4]
        from tolerance in Gen.Double[0, 5]
        select (empty == 0 ? new bool[a.Length] : a, b, width, new SurfaceRuler(tolerance, new PixelSpacing(x, y)));

    [TestMethod]
    [DataRow(3, 4, 1.0, 1.0, 5.0)]
    [DataRow(3, 4, 0.5, 1.0, 4.272001872658765)] // the root of 1.5² + 4²
    [DataRow(3, 4, 1.0, 0.25, 3.1622776601683795)] // the root of 3² + 1²
    [DataRow(7, 0, 0.5, 9.0, 3.5)]
    [DataRow(0, 6, 9.0, 0.5, 3.0)]
    public void Two_single_pixels_are_as_far_apart_as_their_centers(int right, int down, double x, double y, double expected)
    {
        var (a, b) = (new bool[10 * 12], new bool[10 * 12]);
        a[2 * 12 + 1] = true;
        b[(2 + down) * 12 + 1 + right] = true;
        Assert.AreEqual(expected, Between(a, b, 12, 0, x, y).Hd95, 1e-12);
        Assert.AreEqual(0, Between(a, b, 12, expected - 1e-6, x, y).Nsd);
        Assert.AreEqual(1, Between(a, b, 12, expected, x, y).Nsd, "A distance equal to the tolerance is within it.");
    }

    // A square of 5 x 5 pixels has 16 boundary pixels. Moved right by n, the boundaries share the top and bottom pixels of 5 - n
    // columns. Pixels of both boundaries within a tolerance of 0, 1, 2 and 3, counted by hand:
    [TestMethod]
    [DataRow(1, 1.0, new[] { 16, 32, 32, 32 })]
    [DataRow(2, 2.0, new[] { 12, 20, 32, 32 })]
    [DataRow(3, 3.0, new[] { 8, 18, 22, 32 })]
    public void Shifted_squares_agree_as_counted_by_hand(int shift, double hd95, int[] within)
    {
        bool[] still = Square(left: 2), moved = Square(left: 2 + shift);
        for (var tolerance = 0; tolerance < within.Length; tolerance++)
        {
            var agreement = Between(still, moved, 12, tolerance);
            Assert.AreEqual(within[tolerance] / 32d, agreement.Nsd, 1e-12, $"tolerance {tolerance}");
            Assert.AreEqual(hd95, agreement.Hd95, 1e-12);
        }
    }

    [TestMethod]
    public void Three_pixels_of_a_tenth_are_within_three_tenths()
    {
        Assert.AreEqual(1, Between(Square(left: 2), Square(left: 5), 12, 0.3, 0.1, 0.1).Nsd);
        Assert.IsLessThan(1, Between(Square(left: 2), Square(left: 5), 12, 0.2999, 0.1, 0.1).Nsd);
    }

    // The disc's boundary is the ring's outer one; the ring has an inner one beside it, 4 pixels around its hole.
    [TestMethod]
    public void A_hole_of_one_pixel_counts_as_boundary()
    {
        var disc = Square(left: 2);
        var ring = Square(left: 2);
        ring[4 * 12 + 4] = false;
        var agreement = Between(disc, ring, 12, tolerance: 0);
        Assert.AreEqual((16 + 16) / (16 + 20d), agreement.Nsd, 1e-12);
        Assert.AreEqual(1, agreement.Hd95, "4 of 20 pixels are 1 pixel off, more than a twentieth.");
        Assert.AreEqual(1, Between(disc, ring, 12, tolerance: 1).Nsd);
    }

    // From the five pixels of a line to its first one: 0, 1, 2, 3, 4; rank 0.95 · 4 = 3.8.
    [TestMethod]
    public void The_percentile_lies_between_neighbors_in_rank_and_the_larger_direction_counts() =>
        Assert.AreEqual(3.8, Between([true, true, true, true, true], [true, false, false, false, false], 5, 0).Hd95, 1e-12);

    [TestMethod]
    public void Outside_the_image_is_background()
    {
        var full = Enumerable.Repeat(true, 6 * 6).ToArray();
        var middle = Enumerable.Range(0, 36).Select(i => i == 2 * 6 + 2).ToArray();
        // All 20 pixels at the edge are boundary, the nearest of them 2 pixels from the one in the middle.
        Assert.AreEqual(0, Between(full, middle, 6, 1.99).Nsd);
        Assert.AreEqual((1 + 2) / 21d, Between(full, middle, 6, 2).Nsd, 1e-12);
    }

    [TestMethod]
    public void Two_empty_masks_agree_and_one_is_missed()
    {
        bool[] empty = new bool[6 * 12], square = Square(left: 2)[..(6 * 12)];
        Assert.AreEqual((1d, 0d), Figures(SurfaceAgreement.Between(empty, empty, 12, TwoPixels)));
        Assert.AreEqual((0d, double.PositiveInfinity), Figures(SurfaceAgreement.Between(empty, square, 12, TwoPixels)));
        Assert.AreEqual((0d, double.PositiveInfinity), Figures(SurfaceAgreement.Between(square, empty, 12, TwoPixels)));
    }

    // Computed by another program straight from the definitions, over all pairs of boundary pixels.
    [TestMethod]
    [DataRow(2, 1.0, 1.0, 95, 208, 8.804178052360585)]
    [DataRow(3, 0.7, 1.3, 112, 208, 6.3)]
    [DataRow(1, 0.25, 2.0, 99, 208, 6.048496772177627)]
    public void Overlapping_ellipses_agree_as_computed_elsewhere(double tolerance, double x, double y, int within, int all, double hd95)
    {
        var pixels = Enumerable.Range(0, 48 * 64).Select(i => (X: i % 64, Y: i / 64)).ToArray();
        bool[] a = [.. pixels.Select(at => 2 * (at.X - 30) * (at.X - 30) + 3 * (at.Y - 20) * (at.Y - 20) <= 900)];
        bool[] b = [.. pixels.Select(at => 3 * (at.X - 26) * (at.X - 26) + 2 * (at.Y - 17) * (at.Y - 17) <= 800)];
        var agreement = Between(a, b, 64, tolerance, x, y);
        Assert.AreEqual((double)within / all, agreement.Nsd, 1e-12);
        Assert.AreEqual(hd95, agreement.Hd95, 1e-9);
    }

    [TestMethod]
    public void A_mask_agrees_with_itself() => Cases.Sample(each =>
        Assert.AreEqual((1d, 0d), Figures(SurfaceAgreement.Between(each.A, each.A, each.Width, each.Ruler))));

    [TestMethod]
    public void Swapping_the_masks_changes_nothing() => Cases.Sample(each => Assert.AreEqual(
        SurfaceAgreement.Between(each.A, each.B, each.Width, each.Ruler),
        SurfaceAgreement.Between(each.B, each.A, each.Width, each.Ruler)));

    [TestMethod]
    public void Masks_of_any_shape_and_spacing_agree_as_pairs_of_pixels_say() => Cases.Sample(each =>
    {
        var toB = Nearest(Edge(each.A, each.Width), Edge(each.B, each.Width), each.Ruler.Spacing);
        var toA = Nearest(Edge(each.B, each.Width), Edge(each.A, each.Width), each.Ruler.Spacing);
        if (toA.Length == 0 || toB.Length == 0)
            return;
        var agreement = SurfaceAgreement.Between(each.A, each.B, each.Width, each.Ruler);
        Assert.AreEqual(((double[])[.. toA, .. toB]).Count(each.Ruler.IsWithin) / (double)(toA.Length + toB.Length), agreement.Nsd, 1e-12);
        // With at most 21 pixels the percentile lies between the largest two distances.
        var second = Math.Max(toA[^Math.Min(2, toA.Length)], toB[^Math.Min(2, toB.Length)]);
        Assert.IsLessThanOrEqualTo(Math.Max(toA[^1], toB[^1]) + 1e-9, agreement.Hd95);
        if (toA.Length <= 21 && toB.Length <= 21)
            Assert.IsGreaterThanOrEqualTo(second - 1e-9, agreement.Hd95);
    });

    [TestMethod]
    [DataRow(12, 16, 4)]
    [DataRow(12, 12, 5)]
    public void Masks_that_do_not_fit_are_refused(int predicted, int truth, int width)
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(
            () => SurfaceAgreement.Between(new bool[predicted], new bool[truth], width, TwoPixels));
        Assert.Contains($"{predicted} and {truth} pixels in rows of {width}", failure.Message);
    }

    private static SurfaceAgreement Between(bool[] a, bool[] b, int width, double tolerance, double x = 1, double y = 1) =>
        SurfaceAgreement.Between(a, b, width, new SurfaceRuler(tolerance, new PixelSpacing(x, y)));

    private static (double Nsd, double Hd95) Figures(SurfaceAgreement agreement) => (agreement.Nsd, agreement.Hd95);

    // 5 x 5 pixels from row 2 on, in an image of 10 x 12 (height x width).
    private static bool[] Square(int left) =>
        [.. Enumerable.Range(0, 10 * 12).Select(i => i / 12 is >= 2 and < 7 && i % 12 >= left && i % 12 < left + 5)];

    private static (int X, int Y)[] Edge(bool[] mask, int width)
    {
        var inside = Enumerable.Range(0, mask.Length).Where(i => mask[i]).Select(i => (X: i % width, Y: i / width)).ToHashSet();
        return [.. inside.Where(at => !inside.IsSupersetOf([(at.X - 1, at.Y), (at.X + 1, at.Y), (at.X, at.Y - 1), (at.X, at.Y + 1)]))];
    }

    private static double[] Nearest((int X, int Y)[] from, (int X, int Y)[] to, PixelSpacing spacing) => to.Length == 0 ? [] :
        [.. from.Select(a => to.Min(b => double.Hypot((a.X - b.X) * spacing.X, (a.Y - b.Y) * spacing.Y))).Order()];
}
