using CsCheck;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Tests.Metrics;

[TestClass]
public sealed class DistanceTransformTests
{
    [TestMethod]
    public void Distances_equal_those_to_the_nearest_of_all_pixels()
    {
        var cases =
            from height in Gen.Int[1, 12]
            from width in Gen.Int[1, 12]
            from set in Gen.Int[0, 5].Select(value => value == 0).Array[height * width]
            from x in Gen.Double[0.01, 5]
            from y in Gen.Double[0.01, 5]
            select (set, height, width, new PixelSpacing(x, y));
        cases.Sample(each =>
        {
            var (set, height, width, spacing) = each;
            var members = Enumerable.Range(0, set.Length).Where(i => set[i]).ToArray();
            var squared = DistanceTransform.Squared(set, height, width, spacing);
            for (var i = 0; i < set.Length; i++)
            {
                var nearest = members.Select(j => double.Hypot((i % width - j % width) * spacing.X, (i / width - j / width) * spacing.Y))
                    .DefaultIfEmpty(double.PositiveInfinity).Min();
                Assert.AreEqual(nearest, Math.Sqrt(squared[i]), 1e-12 * Math.Max(1, nearest));
            }
        });
    }

    [TestMethod]
    public void Squares_of_whole_distances_are_exact_in_a_large_image()
    {
        var set = new bool[400 * 300];
        set[399 * 300 + 1] = set[7 * 300 + 299] = true;
        var squared = DistanceTransform.Squared(set, 400, 300, new PixelSpacing(1, 1));
        Assert.AreEqual(299 * 299 + 7 * 7, squared[0], "To the right end of row 7.");
        Assert.AreEqual(1, squared[399 * 300]);
        Assert.AreEqual(200 * 200 + 99 * 99, squared[199 * 300 + 100], "To the left end of the last row.");
    }
}
