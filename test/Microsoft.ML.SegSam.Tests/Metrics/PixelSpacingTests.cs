using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Tests.Evaluation;

namespace Microsoft.ML.SegSam.Tests.Metrics;

[TestClass]
public sealed class PixelSpacingTests
{
    [TestMethod]
    [DataRow(0.0)]
    [DataRow(-0.5)]
    [DataRow(double.NaN)]
    [DataRow(double.PositiveInfinity)]
    [DataRow(1e-10)]
    public void A_spacing_that_is_no_distance_is_refused_by_name(double wrong)
    {
        var x = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new PixelSpacing(wrong, 1));
        var y = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new PixelSpacing(1, wrong));
        Assert.AreEqual(("x", "y"), (x.ParamName, y.ParamName));
        Assert.Contains("in millimeters, from 1e-9 to 1e9", x.Message);
    }

    [TestMethod]
    [DataRow(-1.0)]
    [DataRow(double.NaN)]
    [DataRow(double.PositiveInfinity)]
    public void A_tolerance_that_is_no_distance_is_refused_before_any_row_is_read(double wrong)
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => new MLContext(seed: 1).Segmentation.Evaluate(ScoredData.Of([]), new() { SurfaceTolerance = wrong }));
        Assert.AreEqual("surfaceTolerance", failure.ParamName);
        Assert.Contains("0 or more, in pixels, or in mm", failure.Message);
    }
}
