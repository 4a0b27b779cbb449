using Microsoft.ML.SegSam.Benchmarks.Performance;

namespace Microsoft.ML.SegSam.Tests.Benchmarks;

[TestClass]
public sealed class StatisticsTests
{
    [TestMethod]
    [DataRow(new[] { 3.0 }, 3.0)]
    [DataRow(new[] { 9.0, 1, 5 }, 5.0)]
    [DataRow(new[] { 9.0, 1, 5, 7 }, 6.0)]
    public void The_median_is_the_middle_of_the_ordered_values(double[] values, double median) =>
        Assert.AreEqual(median, Statistics.Median(values));

    [TestMethod]
    public void No_values_have_no_median() => Assert.ThrowsExactly<ArgumentException>(() => Statistics.Median([]));

    [TestMethod]
    public void Ratios_are_taken_turn_by_turn() => CollectionAssert.AreEqual(new[] { 2.0, 5 }, Statistics.Ratio([4, 10], [2, 2]));

    [TestMethod]
    [DataRow(1.0, 8.0)]
    [DataRow(2.0, 64.0)]
    [DataRow(0.0, 1.0)]
    public void The_slope_is_the_exponent_of_growth(double exponent, double last) =>
        Assert.AreEqual(exponent, Statistics.Slope([(1, 1), (2, 77), (8, last)]), 1e-12);

    [TestMethod]
    [DataRow(0.0, "0")]
    [DataRow(12.345, "12.3")]
    [DataRow(0.012345, "0.0123")]
    [DataRow(3150.4, "3150")]
    [DataRow(1.5e-7, "1.5e-7")]
    [DataRow(double.NaN, "NaN")]
    public void Three_digits_tell_a_number(double value, string text) => Assert.AreEqual(text, Statistics.Short(value));

    [TestMethod]
    public void A_figure_tells_its_spread_where_it_has_one()
    {
        Assert.AreEqual("70.0 %", new Figure("a", "", "share", [0.7]).Text);
        Assert.AreEqual("3.00 × (2.00 to 4.00, n = 3)", new Figure("a", "", "times", [4, 2, 3]).Text);
    }
}
