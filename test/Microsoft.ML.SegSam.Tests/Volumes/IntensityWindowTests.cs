using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Tests.Volumes;

[TestClass]
public sealed class IntensityWindowTests
{
    [TestMethod]
    [DataRow("soft-tissue")]
    [DataRow("lung")]
    [DataRow("bone")]
    [DataRow("brain")]
    [DataRow("mediastinum")]
    [DataRow("40,400")]
    [DataRow("-600.5,1500")]
    [DataRow("p0.5-99.5")]
    [DataRow("p0-100")]
    [DataRow("minmax")]
    [DataRow("bytes")]
    [DataRow("file")]
    public void A_window_is_read_from_what_it_writes(string text)
    {
        var window = IntensityWindow.Parse(text);
        Assert.AreEqual(text, window.ToString());
        Assert.AreEqual(window, IntensityWindow.Parse(window.ToString()));
    }

    [TestMethod]
    [DataRow("Lung")]
    [DataRow("40")]
    [DataRow("40,0.5")]
    [DataRow("40;400")]
    [DataRow("NaN,400")]
    [DataRow("p99-1")]
    [DataRow("p-1-50")]
    [DataRow("p")]
    [DataRow("pp1-2")]
    public void What_is_no_window_is_refused_with_what_is(string text) =>
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => IntensityWindow.Parse(text)).Message,
            "expected soft-tissue, lung, bone");

    [TestMethod]
    [DataRow(1e-5, 50)]
    [DataRow(0.123456, 99.87654321)]
    public void Fine_percentiles_are_read_again(double lower, double upper) => Assert.AreEqual(
        IntensityWindow.Percentiles(lower, upper), IntensityWindow.Parse(IntensityWindow.Percentiles(lower, upper).ToString()));

    [TestMethod]
    public void Numbers_out_of_range_are_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => IntensityWindow.Linear(double.NaN, 10));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => IntensityWindow.Linear(0, 0.9));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => IntensityWindow.Percentiles(50, 50));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => IntensityWindow.Percentiles(1, 101));
    }
}
