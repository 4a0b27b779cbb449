using System.Globalization;
using System.Xml.Linq;
using Microsoft.ML.SegSam.Benchmarks.Performance;

namespace Microsoft.ML.SegSam.Tests.Benchmarks;

[TestClass]
public sealed class LogPlotTests
{
    [TestMethod]
    public void Equal_factors_are_equal_distances()
    {
        var places = Elements(LogPlot.Draw("t", "x", "y", new PlotLine("a", [(1, 1), (10, 10), (100, 100)])), "circle")
            .Select(circle => (X: Number(circle, "cx"), Y: Number(circle, "cy"))).ToList();
        Assert.AreEqual(places[1].X - places[0].X, places[2].X - places[1].X, 0.2);
        Assert.AreEqual(places[1].Y - places[0].Y, places[2].Y - places[1].Y, 0.2);
        Assert.IsTrue(places[2].X > places[0].X && places[2].Y < places[0].Y, "Larger is further right and higher.");
    }

    [TestMethod]
    public void Titles_axes_and_lines_are_named_and_escaped()
    {
        var texts = Elements(
            LogPlot.Draw("a < b & c", "rows", "times", new PlotLine("time", [(1, 1), (10000, 9000)])), "text")
            .Select(text => text.Value).ToList();
        CollectionAssert.IsSubsetOf(
            new[] { "a < b & c", "rows (log scale)", "times (log scale)", "time", "1", "10", "100", "1000", "10000" },
            texts);
    }

    [TestMethod]
    [DataRow(1.0, 1.0)]
    [DataRow(0.7, 0.9)]
    [DataRow(3.0, 70000.0)]
    public void Everything_stays_within_the_frame_and_two_ticks_at_least_mark_each_axis(double low, double high)
    {
        var svg = LogPlot.Draw("t", "x", "y", new PlotLine("a", [(low, high), (high, low)]));
        foreach (var circle in Elements(svg, "circle"))
            Assert.IsTrue(Number(circle, "cx") is >= 70 and <= 620 && Number(circle, "cy") is >= 40 and <= 345);
        foreach (var (side, other) in ((string, string)[])[("x1", "x2"), ("y1", "y2")])
            Assert.IsGreaterThanOrEqualTo(
                2,
                Elements(svg, "line").Count(line => Math.Abs(Number(line, side) - Number(line, other)) < 0.01));
    }

    [TestMethod]
    public void What_has_no_logarithm_is_refused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => LogPlot.Draw("t", "x", "y", new PlotLine("a", [(0, 1)])));
        Assert.ThrowsExactly<ArgumentException>(() => LogPlot.Draw("t", "x", "y"));
    }

    private static IEnumerable<XElement> Elements(string svg, string name) =>
        XDocument.Parse(svg).Descendants().Where(element => element.Name.LocalName == name);

    private static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
