using System.Globalization;
using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Prints metrics as tables of aligned columns, the same in every culture.</summary>
internal static class MetricsTable
{
    public static string Print(SegmentationMetrics metrics) => string.Join('\n',
        [.. Aligned(Overlaps(metrics)), .. Remarks(metrics), "", .. Aligned(Surfaces(metrics)), SurfaceRemark(metrics)]);

    /// <summary>Dice, IoU and class accuracy: headings, a line per category, two lines of means.</summary>
    public static string[][] Overlaps(SegmentationMetrics metrics) =>
    [
        ["category", "masks", "binary Dice", "binary IoU", "semantic Dice", "semantic IoU", "class accuracy"],
        .. Lines(metrics, means => [means.Binary.Dice, means.Binary.IoU, means.Semantic.Dice, means.Semantic.IoU, means.ClassAccuracy]),
    ];

    /// <summary>NSD and HD95, in the same lines.</summary>
    public static string[][] Surfaces(SegmentationMetrics metrics) =>
    [
        ["category", "masks", "binary NSD", "binary HD95", "semantic NSD", "semantic HD95"],
        .. Lines(metrics, means => [means.Binary.Nsd, means.Binary.Hd95, means.Semantic.Nsd, means.Semantic.Hd95]),
    ];

    private static IEnumerable<string[]> Lines(SegmentationMetrics metrics, Func<MetricMeans, double[]> figures)
    {
        return
        [
            .. metrics.PerCategory.Select(category => Line(category.Key, Count(category.Value.Count), category.Value)),
            Line("mean over categories", "", metrics.OverCategories),
            Line("mean over masks", Count(metrics.Rows), metrics.OverMasks),
        ];

        string[] Line(string name, string masks, MetricMeans means) => [name, masks, .. figures(means).Select(Number)];
    }

    /// <summary>Lines that all have the same number of cells, columns aligned.</summary>
    public static IEnumerable<string> Aligned(string[][] table)
    {
        var widths = Enumerable.Range(0, table[0].Length).Select(column => table.Max(line => line[column].Length)).ToArray();
        return table.Select(line => Aligned(line, widths));
    }

    // Names are aligned left, numbers right.
    private static string Aligned(string[] line, int[] widths) => string.Join("  ",
        line.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])));

    public static IEnumerable<string> Remarks(SegmentationMetrics metrics)
    {
        yield return $"class accuracy {Number(metrics.ClassAccuracy)}, presence F1 {Number(metrics.PresenceF1)}, " +
            $"mask agreement {Number(metrics.MaskAgreement)}";
        if (metrics.UnknownCategories.Count > 0)
            yield return $"unknown to the model: {string.Join(", ", metrics.UnknownCategories)}";
        if (metrics.UnscoredRows > 0)
            yield return $"masks without a prediction, counted as 0: {Count(metrics.UnscoredRows)}";
    }

    public static string SurfaceRemark(SegmentationMetrics metrics) => string.Create(CultureInfo.InvariantCulture,
        $"NSD at {metrics.SurfaceTolerance} {metrics.SurfaceUnit}, HD95 in {metrics.SurfaceUnit}; left out of HD95, one mask being " +
        $"empty: {metrics.Binary.Hd95LeftOut} binary, {metrics.Semantic.Hd95LeftOut} semantic");

    public static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>Three decimals; "n/a" for NaN.</summary>
    public static string Number(double value) =>
        double.IsNaN(value) ? "n/a" : value.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>The same lines and figures as HTML tables, for notebooks.</summary>
    public static string Html(SegmentationMetrics metrics) => Markup.Print(
        Markup.Tag("div", null, Markup.Table(Overlaps(metrics))),
        Markup.Tag("div", null, string.Join(" · ", Remarks(metrics))),
        Markup.Tag("details", null, Markup.Tag("summary", null, "outlines"), Markup.Table(Surfaces(metrics)),
            Markup.Tag("div", null, SurfaceRemark(metrics))),
        Markup.Tag("details", null, Markup.Tag("summary", null, "names"), ConfusionChart.Draw(metrics.Confusion).Root));
}
