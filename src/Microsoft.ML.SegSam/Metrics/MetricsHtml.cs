using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Prints metrics as HTML tables for notebooks: the same lines and figures as in text.</summary>
internal static class MetricsHtml
{
    public static string Print(SegmentationMetrics metrics) => Markup.Print(
        Markup.Tag("div", null, Markup.Table(MetricsTable.Overlaps(metrics))),
        Markup.Tag("div", null, string.Join(" · ", MetricsTable.Remarks(metrics))),
        Markup.Tag("details", null, Markup.Tag("summary", null, "outlines"), Markup.Table(MetricsTable.Surfaces(metrics)), Markup.Tag("div", null, MetricsTable.SurfaceRemark(metrics))),
        Markup.Tag("details", null, Markup.Tag("summary", null, "names"), ConfusionChart.Draw(metrics.Confusion).Root));

    public static string Print(ProtocolMetrics metrics) => Markup.Print(
        Markup.Tag("div", null, [.. ProtocolTable.Tables(metrics).Select(Markup.Table)]),
        Markup.Tag("div", null, string.Join(" · ", [ProtocolTable.SurfaceRemark(metrics), .. ProtocolTable.Remarks(metrics)])));
}
