using Microsoft.ML.SegSam.Display;
using System.Globalization;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Prints metrics as tables of aligned columns, the same in every culture.</summary>
internal static class MetricsTable
{
    public static string Print(SegmentationMetrics metrics) => string.Join('\n',
        [.. Aligned(Overlaps(metrics)), .. Remarks(metrics), "", .. Aligned(Surfaces(metrics)), SurfaceRemark(metrics)]);

    /// <summary>Dice, IoU and names: headings, a line for each category, two of means.</summary>
    public static string[][] Overlaps(SegmentationMetrics metrics) =>
    [
        ["category", "masks", "binary Dice", "binary IoU", "semantic Dice", "semantic IoU", "class accuracy"],
        .. metrics.PerCategory.Select(each => (string[])
        [
            each.Category, Count(each.Count), Number(each.BinaryDice), Number(each.BinaryIoU), Number(each.SemanticDice),
            Number(each.SemanticIoU), Number(each.ClassAccuracy),
        ]),
        [
            "mean over categories", "", Number(metrics.MacroBinaryDice), Number(metrics.MacroBinaryIoU),
            Number(metrics.MacroSemanticDice), Number(metrics.MacroSemanticIoU), Number(metrics.MacroClassAccuracy),
        ],
        [
            "mean over masks", Count(metrics.Rows), Number(metrics.BinaryDice), Number(metrics.BinaryIoU),
            Number(metrics.SemanticDice), Number(metrics.SemanticIoU), Number(metrics.ClassAccuracy),
        ],
    ];

    /// <summary>NSD and HD95, in the same lines.</summary>
    public static string[][] Surfaces(SegmentationMetrics metrics) =>
    [
        ["category", "masks", "binary NSD", "binary HD95", "semantic NSD", "semantic HD95"],
        .. metrics.PerCategory.Select(each => (string[])
        [
            each.Category, Count(each.Count), Number(each.BinaryNsd), Number(each.BinaryHd95), Number(each.SemanticNsd),
            Number(each.SemanticHd95),
        ]),
        [
            "mean over categories", "", Number(metrics.MacroBinaryNsd), Number(metrics.MacroBinaryHd95),
            Number(metrics.MacroSemanticNsd), Number(metrics.MacroSemanticHd95),
        ],
        [
            "mean over masks", Count(metrics.Rows), Number(metrics.BinaryNsd), Number(metrics.BinaryHd95),
            Number(metrics.SemanticNsd), Number(metrics.SemanticHd95),
        ],
    ];

    /// <summary>Lines of equally many cells, columns aligned.</summary>
    public static IEnumerable<string> Aligned(string[][] table)
    {
        var widths = Enumerable.Range(0, table[0].Length).Select(column => table.Max(line => line[column].Length)).ToArray();
        return table.Select(line => Aligned(line, widths));
    }

    // Names to the left, numbers to the right.
    private static string Aligned(string[] line, int[] widths) => string.Join("  ",
        line.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])));

    public static IEnumerable<string> Remarks(SegmentationMetrics metrics)
    {
        yield return $"class accuracy {Number(metrics.ClassAccuracy)}, present F1 {Number(metrics.PresentF1)}, " +
            $"mask agreement {Number(metrics.MaskAgreement)}";
        if (metrics.UnknownCategories.Count > 0)
            yield return $"unknown to the model: {string.Join(", ", metrics.UnknownCategories)}";
        if (metrics.UnscoredRows > 0)
            yield return $"masks without a prediction, counted as 0: {Count(metrics.UnscoredRows)}";
    }

    public static string SurfaceRemark(SegmentationMetrics metrics) => string.Create(CultureInfo.InvariantCulture,
        $"NSD at {metrics.SurfaceTolerance} {metrics.SurfaceUnit}, HD95 in {metrics.SurfaceUnit}; left out of HD95, one mask being " +
        $"empty: {metrics.BinaryHd95LeftOut} binary, {metrics.SemanticHd95LeftOut} semantic");

    public static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>Three places; "n/a" for what is not a number.</summary>
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
