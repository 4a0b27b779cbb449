using System.Xml.Linq;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Evaluation;
using Microsoft.ML.SegSam.Tests.Metrics;
using Microsoft.ML.SegSam.Training;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Display;

[TestClass]
public sealed class NotebookViewTests
{
    private const string Odd = "<script>alert('&')</script> \a";

    private static readonly SegmentationMask Mask = SegmentationMask.FromPixels([true, false, true, true, false, false], 2, 3);

    private static readonly TrainingProgress Epoch =
        new(1, 2, 0.5, new Dictionary<string, double> { [Odd] = 0.5 }, null, true, 10, TimeSpan.Zero, "CPU", "float32");

    private static IEnumerable<object[]> Values =>
    [
        [Mask], [SegmentationMask.FromPixels(new bool[1000 * 3], 1000, 3)], [Epoch], [new TrainingHistory()], [History()],
            [MetricsExample.Create(Odd, "b")],
        [MetricsExample.Create(Odd, "b").Confusion], [new GeneratedMask(new(Mask, 0.5f, 0.5f, 1, 1, new(0, 0, 3, 2)), Odd, 0.5f)],
        [new PngPicture([1, 2, 3], Odd, "")], [new PngPicture([1, 2, 3], Odd, "#1 is " + Odd)],
        [new SegSam.Evaluation.ProtocolMetrics(1, 3, [ProtocolExample.Tally()])],
        [new MLContext(seed: 1).Segmentation.MakeContactSheet(
            ScoredData.Of([ScoredRow.Draw("kidney", "##..", "##..", "11..", predicted: 1)]), options: new() { ImageColumnName = "Mask" })],
    ];

    [TestMethod]
    [DynamicData(nameof(Values))]
    public void A_front_end_finds_well_formed_html_that_stands_by_itself(object value)
    {
        var html = NotebookPage.HtmlOf(value);
        Assert.IsNotNull(html);
        var page = XElement.Parse($"<body>{html}</body>");
        Assert.IsEmpty(page.Descendants().Where(element => element.Name.LocalName is "script" or "link" or "iframe"));
        foreach (var source in page.Descendants().Attributes().Where(attribute => attribute.Name.LocalName is "src" or "href"))
            Assert.StartsWith("data:", source.Value);
        foreach (var element in page.Descendants().Where(element => element.Name.NamespaceName == "" && element.Name.LocalName != "img"))
            Assert.IsFalse(element.IsEmpty, $"HTML reads <{element.Name}/> as a tag that stays open.");
    }

    [TestMethod]
    public void Every_type_that_can_be_shown_says_so_where_notebooks_look()
    {
        var shown = typeof(SegSamPredictor).Assembly.GetTypes().Where(type => type.IsClass && typeof(INotebookView).IsAssignableFrom(type))
            .ToList();
        Assert.HasCount(11, shown);
        foreach (var type in shown)
            Assert.IsTrue(type.IsPublic && type.GetCustomAttributes(false).OfType<TypeFormatterSourceAttribute>()
                .Single().FormatterSourceType == typeof(NotebookFormatters), type.Name);
    }

    [TestMethod]
    public void What_is_no_view_goes_to_the_next_formatter()
    {
        var html = NotebookFormatters.CreateTypeFormatters().Cast<NotebookFormatter>()
            .Single(formatter => formatter.MimeType == "text/html");
        using var writer = new StringWriter();
        Assert.IsFalse(html.Format("text", writer));
        Assert.AreEqual("", writer.ToString());
        Assert.IsNull(NotebookPage.HtmlOf("text"));
    }

    private static TrainingHistory History()
    {
        var history = new TrainingHistory();
        history.Report(Epoch);
        return history;
    }
}
