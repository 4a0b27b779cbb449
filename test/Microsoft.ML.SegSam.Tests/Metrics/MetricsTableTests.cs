using System.Globalization;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Tests.Metrics;

[TestClass]
public sealed class MetricsTableTests
{
    private static readonly SegmentationMetrics Metrics = new()
    {
        Rows = 12,
        BinaryDice = 0.81249,
        BinaryIoU = 0.7,
        SemanticDice = 0.6,
        SemanticIoU = 0.5,
        ClassAccuracy = 0.91,
        PresentF1 = double.NaN,
        MaskAgreement = 0.93,
        PerCategory =
        [
            Category("kidney, left", 2, [1, 0.9, 0.8, 0.2, 1]),
            Category("liver", 10, [0.5, 0.3, 0.4, 0.1, 0]),
        ],
        UnknownCategories = [],
        UnscoredRows = 0,
    };

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
        Assert.AreEqual("class accuracy 0.910, present F1 n/a, mask agreement 0.930", lines[^1]);
        Assert.HasCount(6, lines);
        Assert.HasCount(1, lines[..5].Select(line => line.Length).Distinct().ToArray(), "Aligned lines have one length.");
    }

    [TestMethod]
    public void What_the_model_could_not_do_is_said_at_the_end()
    {
        var text = (Metrics with { UnknownCategories = ["spleen", "uvula"], UnscoredRows = 4, PresentF1 = 0.25 }).ToString();
        Assert.Contains("present F1 0.250", text);
        Assert.EndsWith("unknown to the model: spleen, uvula\nmasks without a prediction, counted as 0: 4", text);
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

    private static CategoryMetrics Category(string name, int count, double[] values) => new()
    {
        Category = name,
        Count = count,
        BinaryDice = values[0],
        BinaryIoU = values[1],
        SemanticDice = values[2],
        SemanticIoU = values[3],
        ClassAccuracy = values[4],
    };

    private static string[] Cells(string line) =>
        line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
