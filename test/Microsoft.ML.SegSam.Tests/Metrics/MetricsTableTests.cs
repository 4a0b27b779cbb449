using System.Globalization;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Tests.Metrics;

[TestClass]
public sealed class MetricsTableTests
{
    private static readonly SegmentationMetrics Metrics = MetricsExample.Create("kidney, left", "liver");

    [TestMethod]
    public void Every_category_and_both_means_have_an_aligned_line_of_figures()
    {
        var lines = Metrics.ToString().Split('\n');
        string[][] expected =
        [
            ["category", "masks", "binary Dice", "binary IoU", "semantic Dice", "semantic IoU", "class accuracy"],
            ["kidney, left", "2", "1.000", "0.900", "0.800", "0.200", "1.000"],
            ["liver", "10", "0.500", "0.300", "0.400", "0.100", "0.000"],
            ["mean over categories", "0.750", "0.600", "0.600", "0.150", "0.500"],
            ["mean over masks", "12", "0.812", "0.700", "0.600", "0.500", "0.910"],
        ];
        for (var i = 0; i < expected.Length; i++)
            CollectionAssert.AreEqual(expected[i], Cells(lines[i]), lines[i]);
        Assert.AreEqual("class accuracy 0.910, presence F1 n/a, mask agreement 0.930", lines[5]);
        Assert.HasCount(1, lines[..5].Select(line => line.Length).Distinct().ToArray(), "Aligned lines have one length.");
    }

    [TestMethod]
    public void Outlines_have_a_table_of_their_own_below_and_say_how_they_were_measured()
    {
        var lines = Metrics.ToString().Split('\n')[6..];
        string[][] expected =
        [
            [],
            ["category", "masks", "binary NSD", "binary HD95", "semantic NSD", "semantic HD95"],
            ["kidney, left", "2", "0.750", "12.500", "0.500", "n/a"],
            ["liver", "10", "0.250", "2.500", "0.125", "8.000"],
            ["mean over categories", "0.500", "7.500", "0.313", "8.000"],
            ["mean over masks", "12", "0.333", "3.250", "0.200", "8.000"],
        ];
        for (var i = 0; i < expected.Length; i++)
            CollectionAssert.AreEqual(expected[i], Cells(lines[i]), lines[i]);
        Assert.AreEqual("NSD at 1.5 mm, HD95 in mm; left out of HD95, one mask being empty: 1 binary, 4 semantic", lines[^1]);
        Assert.HasCount(7, lines);
        Assert.HasCount(1, lines[1..6].Select(line => line.Length).Distinct().ToArray(), "Aligned lines have one length.");
        Assert.IsLessThan(120, lines.Max(line => line.Length));
    }

    [TestMethod]
    public void What_the_model_could_not_do_is_said_below_the_table()
    {
        var text = MetricsExample.Create("kidney, left", "liver", unknown: ["spleen", "uvula"], unscored: 4, presenceF1: 0.25).ToString();
        Assert.Contains("presence F1 0.250", text);
        Assert.Contains("\nunknown to the model: spleen, uvula\nmasks without a prediction, counted as 0: 4\n\n", text);
    }

    [TestMethod]
    public void Figures_look_the_same_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var here = Metrics.ToString();
            CultureInfo.CurrentCulture = new CultureInfo("de-DE") { NumberFormat = { NumberDecimalSeparator = "," } };
            Assert.AreEqual(here, Metrics.ToString());
            Assert.Contains("0.812", here);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string[] Cells(string line) =>
        line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
