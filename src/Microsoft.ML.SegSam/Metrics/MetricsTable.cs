using System.Globalization;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Prints metrics as a table of aligned columns, the same in every culture.</summary>
internal static class MetricsTable
{
    public static string Print(SegmentationMetrics metrics)
    {
        string[][] table =
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
        var widths = Enumerable.Range(0, table[0].Length).Select(column => table.Max(line => line[column].Length)).ToArray();
        return string.Join('\n', [.. table.Select(line => Aligned(line, widths)), .. Remarks(metrics)]);
    }

    // Names to the left, numbers to the right.
    private static string Aligned(string[] line, int[] widths) => string.Join("  ",
        line.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])));

    private static IEnumerable<string> Remarks(SegmentationMetrics metrics)
    {
        yield return $"class accuracy {Number(metrics.ClassAccuracy)}, present F1 {Number(metrics.PresentF1)}, " +
            $"mask agreement {Number(metrics.MaskAgreement)}";
        if (metrics.UnknownCategories.Count > 0)
            yield return $"unknown to the model: {string.Join(", ", metrics.UnknownCategories)}";
        if (metrics.UnscoredRows > 0)
            yield return $"masks without a prediction, counted as 0: {Count(metrics.UnscoredRows)}";
    }

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) =>
        double.IsNaN(value) ? "n/a" : value.ToString("0.000", CultureInfo.InvariantCulture);
}
