using System.Globalization;
using System.Xml.Linq;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Tests.Evaluation;

namespace Microsoft.ML.SegSam.Tests.Metrics;

[TestClass]
public sealed class CategoryConfusionTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [TestMethod]
    public void It_counts_right_and_wrong_names_unknown_categories_and_rows_without_a_prediction()
    {
        var confusion = Evaluate(
            ScoredRow.Draw("kidney", "##", "##", "11", predicted: 1),
            ScoredRow.Draw("kidney", "##", "##", "22", predicted: 2),
            ScoredRow.Draw("kidney", "##", "##", "11", predicted: 1),
            ScoredRow.Draw("spleen", "##", "##", "22", predicted: 2),
            ScoredRow.Unscored("liver", "##"));
        ConfusionCell[] expected =
            [new("kidney", "kidney", 2), new("kidney", "liver", 1), new("liver", null, 1), new("spleen", "liver", 1)];
        CollectionAssert.AreEqual(expected, confusion.Cells.ToList());
        CollectionAssert.AreEqual(new[] { "kidney", "liver", "spleen" }, confusion.Names.ToList());
        Assert.AreEqual((5, 2, 1, 0), (confusion.Total, confusion.Right, confusion["liver", null], confusion["liver", "liver"]));
        Assert.AreEqual("2 of 5 masks named right\n1 x kidney: named liver\n1 x liver: no prediction\n1 x spleen: named liver",
            confusion.ToString());
    }

    [TestMethod]
    public void A_protocol_counts_its_names_too()
    {
        ConfusionCell[] expected = [new("kidney", "kidney", 3), new("liver", "kidney", 1), new("liver", "liver", 1)];
        CollectionAssert.AreEqual(expected, ProtocolExample.Tally().Masks.Confusion.Cells.ToList());
    }

    [TestMethod]
    public void Names_may_hold_anything_and_are_there_whole()
    {
        string[] odd = ["<b> & \"c\"", "a very long name that nobody can print in so narrow a place <left>", "肝臓", "bell \a"];
        var picture = Draw(new([.. odd.Select(name => new ConfusionCell(name, name, 3)), new(odd[0], odd[1], 2),
            new(odd[2], "half \ud800", 1)]));
        foreach (var name in odd.Append("half \ud800"))
            Assert.IsTrue(picture.Descendants().Any(text =>
                text.Value.Contains(name.Replace('\a', '\ufffd').Replace('\ud800', '\ufffd'), StringComparison.Ordinal)), name);
    }

    [TestMethod]
    public void Of_names_that_are_cut_the_ends_stay()
    {
        var beginning = new string('n', 60);
        var picture = Draw(new([new(beginning + " left", beginning + " left", 1), new(beginning + " right", beginning + " right", 1)]));
        var shown = picture.Descendants(Svg + "text").Select(text => text.Nodes().OfType<XText>().First().Value).ToList();
        Assert.IsTrue(shown.Any(text => text.StartsWith("nnn", StringComparison.Ordinal) && text.Contains('…')
            && text.EndsWith(" left", StringComparison.Ordinal)));
        Assert.IsTrue(shown.Any(text => text.EndsWith(" right", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(60)]
    public void Every_count_lies_in_a_cell_that_holds_it_and_nothing_leaves_the_picture(int names)
    {
        List<string> all = [.. Enumerable.Range(0, names).Select(i => $"structure number {i}")];
        var picture = Draw(new([.. all.Select((name, i) => new ConfusionCell(name, name, 10_000 + i)), new(all[0], all[1], 1)]));
        var (width, height) = (Number(picture, "width"), Number(picture, "height"));
        var cells = picture.Elements(Svg + "rect").Skip(1).ToList();
        Assert.HasCount(names * names, cells);
        foreach (var cell in cells)
        {
            Assert.IsGreaterThanOrEqualTo(21, Number(cell, "width"), "Labels of 12 pixels fit beside each other.");
            Assert.IsLessThanOrEqualTo(width, Number(cell, "x") + Number(cell, "width"));
            Assert.IsLessThanOrEqualTo(height, Number(cell, "y") + Number(cell, "height"));
        }

        Assert.HasCount(names + 1, cells.Where(cell => cell.HasElements).ToList());
        Assert.IsGreaterThan(5 * 7, Number(cells[0], "width"), "Five digits take about seven pixels each.");
        foreach (var text in picture.Elements(Svg + "text"))
            Assert.IsTrue(Number(text, "x") >= 0 && Number(text, "x") <= width && Number(text, "y") >= 0 && Number(text, "y") <= height,
                text.Value);
    }

    [TestMethod]
    public void The_picture_is_the_same_in_every_culture_and_every_time()
    {
        var confusion = new CategoryConfusion([new("a", "a", 2), new("a", "b", 1)]);
        var (first, before) = (confusion.ToSvg(), CultureInfo.CurrentCulture);
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE") { NumberFormat = { NumberDecimalSeparator = "," } };
            Assert.AreEqual(first, confusion.ToSvg());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [TestMethod]
    public void What_cannot_be_drawn_is_refused()
    {
        Assert.Contains("no cell", Assert.ThrowsExactly<ArgumentException>(() => new CategoryConfusion([])).Message);
        Assert.Contains("'a' predicted as 'b' has the count 0",
            Assert.ThrowsExactly<ArgumentException>(() => new CategoryConfusion([new("a", "b", 0)])).Message);
        Assert.Contains("'a' predicted as 'b' appears 2 times",
            Assert.ThrowsExactly<ArgumentException>(() => new CategoryConfusion([new("a", "b", 1), new("a", "b", 2)])).Message);
    }

    private static CategoryConfusion Evaluate(params ScoredRow[] rows) =>
        new MLContext(seed: 1).Segmentation.Evaluate(ScoredData.Of(rows)).Confusion;

    private static XElement Draw(CategoryConfusion confusion) => XElement.Parse(confusion.ToSvg());

    private static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
