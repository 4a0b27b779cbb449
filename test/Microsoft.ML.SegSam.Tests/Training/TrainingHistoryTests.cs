using System.Globalization;
using System.Xml.Linq;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Training;

namespace Microsoft.ML.SegSam.Tests.Training;

[TestClass]
public sealed class TrainingHistoryTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [TestMethod]
    public void It_keeps_reports_in_order_and_passes_them_on_at_once()
    {
        var seen = new List<int>();
        var history = new TrainingHistory(report => seen.Add(report.Epoch));
        for (var epoch = 1; epoch <= 3; epoch++)
        {
            history.Report(Epoch(epoch));
            Assert.HasCount(epoch, seen);
        }

        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, history.Epochs.Select(report => report.Epoch).ToList());
    }

    [TestMethod]
    public void A_run_that_goes_on_is_one_and_another_run_starts_over()
    {
        var history = new TrainingHistory();
        foreach (var epoch in (int[])[1, 2, 5, 6, 1, 2])
            history.Report(Epoch(epoch));
        CollectionAssert.AreEqual(new[] { 1, 2 }, history.Epochs.Select(report => report.Epoch).ToList());
    }

    [TestMethod]
    public void Without_validation_there_is_one_plot_of_the_loss_and_its_parts()
    {
        var picture = Draw([.. Enumerable.Range(1, 4).Select(epoch => Epoch(epoch, validation: null))]);
        Assert.HasCount(3, Curves(picture));
        CollectionAssert.IsSubsetOf(new[] { "total 0.250", "binary.dice 0.125", "<other> & 0.500" }, Texts(picture).ToList());
    }

    [TestMethod]
    public void With_validation_its_measures_and_the_best_epoch_are_beside_it()
    {
        var picture = Draw([.. Enumerable.Range(1, 4).Select(epoch => Epoch(epoch, 0.2 * epoch, isBest: epoch != 4))]);
        Assert.HasCount(5, Curves(picture));
        CollectionAssert.IsSubsetOf(new[] { "MeanDice 0.800", "ClassAccuracy 0.400", "best: 3" }, Texts(picture).ToList());
    }

    [TestMethod]
    public void Higher_values_lie_higher_and_all_within_the_picture()
    {
        var picture = Draw([.. Enumerable.Range(1, 30).Select(epoch => Epoch(epoch, 1 - 1.0 / epoch))]);
        var (width, height) = (Number(picture, "width"), Number(picture, "height"));
        var loss = Points(Curves(picture)
            .Single(curve => curve.Attribute("stroke-width")!.Value == "2.6" && Points(curve)[0].X < width / 2));
        Assert.HasCount(30, loss);
        for (var i = 1; i < loss.Count; i++)
            Assert.IsTrue(loss[i].X > loss[i - 1].X && loss[i].Y > loss[i - 1].Y, "A falling loss runs down, rightwards.");
        Assert.IsTrue(Curves(picture).SelectMany(Points)
            .All(point => point.X >= 0 && point.X <= width && point.Y >= 0 && point.Y <= height));
    }

    [TestMethod]
    public void One_epoch_is_a_dot_and_a_part_that_is_missing_or_no_number_is_a_gap()
    {
        Assert.HasCount(3, Draw([Epoch(7, validation: null)]).Elements(Svg + "circle").ToList());
        var broken = Epoch(3, validation: null, parts: new() { ["binary.dice"] = double.NaN });
        var picture = Draw([Epoch(1, null), Epoch(2, null), broken, Epoch(4, null), Epoch(5, null)]);
        Assert.HasCount(1 + 2 + 2, Curves(picture)); // the total in one piece
    }

    [TestMethod]
    public void Without_an_epoch_there_is_nothing_to_draw() =>
        Assert.Contains("no epoch to draw", Assert.ThrowsExactly<InvalidOperationException>(() => new TrainingHistory().ToSvg()).Message);

    [TestMethod]
    public void The_picture_is_the_same_in_every_culture()
    {
        var history = new TrainingHistory();
        history.Report(Epoch(1));
        var (here, before) = (history.ToSvg(), CultureInfo.CurrentCulture);
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE") { NumberFormat = { NumberDecimalSeparator = "," } };
            Assert.AreEqual(here, history.ToSvg());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static TrainingProgress Epoch(
        int epoch, double? validation = 0.5, bool isBest = true, Dictionary<string, double>? parts = null) => new(
        epoch, 30, 1.0 / epoch, parts ?? new() { ["binary.dice"] = 0.5 / epoch, ["<other> &"] = 0.5 },
        validation is { } dice
            ? new Dictionary<ValidationMetric, double> { [ValidationMetric.MeanDice] = dice, [ValidationMetric.ClassAccuracy] = dice / 2 }
            : null,
        isBest, 10, TimeSpan.Zero, "CPU", "float32");

    private static XElement Draw(IEnumerable<TrainingProgress> epochs)
    {
        var history = new TrainingHistory();
        foreach (var epoch in epochs)
            history.Report(epoch);
        return XElement.Parse(history.ToSvg());
    }

    private static List<XElement> Curves(XElement picture) => [.. picture.Elements(Svg + "polyline")];

    private static IEnumerable<string> Texts(XElement picture) =>
        picture.Elements(Svg + "text").Select(text => text.Nodes().OfType<XText>().First().Value);

    private static List<(double X, double Y)> Points(XElement curve) => [.. curve.Attribute("points")!.Value.Split(' ')
        .Select(point => point.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray())
        .Select(point => (point[0], point[1]))];

    private static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
