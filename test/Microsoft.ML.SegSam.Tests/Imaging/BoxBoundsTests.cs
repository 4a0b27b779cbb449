using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Tests.Imaging;

/// <summary>A box holds its mask: 16 x 16 logits of an input of 64.</summary>
[TestClass]
public sealed class BoxBoundsTests
{
    private const int Side = 16;

    [TestMethod]
    public void What_lies_beyond_a_tenth_of_the_box_is_background() =>
        Assert.AreEqual((1, 0, 14, 15), Held([10, -20, 54, 90])); // centers from 5.6 to 58.4, and in all rows

    [TestMethod]
    public void A_small_box_leaves_a_pixel_of_the_mask_around_it() => Assert.AreEqual((4, 4, 5, 5), Held([19, 19, 21, 21]));

    [TestMethod]
    public void A_point_on_the_object_reaches_further() => Assert.AreEqual((4, 4, 14, 8), Held([20, 20, 32, 32], 56, 24, 24, 28));

    [TestMethod]
    public void What_was_surely_background_stays_as_sure()
    {
        float[] logits = [.. Enumerable.Repeat(-20f, Side * Side)];
        BoxBounds.Hold(logits, Side, [16, 16, 32, 32], []);
        Assert.IsTrue(logits.All(logit => logit == -20));
    }

    // First and last column and row of a mask of the whole frame after it was held.
    private static (int Left, int Top, int Right, int Bottom) Held(float[] box, params float[] points)
    {
        float[] logits = [.. Enumerable.Repeat(5f, Side * Side)];
        BoxBounds.Hold(logits, Side, box, points);
        Assert.IsTrue(logits.All(logit => logit is 5 or -8));
        int[] on = [.. Enumerable.Range(0, Side * Side).Where(i => logits[i] > 0)];
        var (left, right, top, bottom) = (on.Min(i => i % Side), on.Max(i => i % Side), on.Min() / Side, on.Max() / Side);
        Assert.HasCount((right - left + 1) * (bottom - top + 1), on);
        return (left, top, right, bottom);
    }
}
