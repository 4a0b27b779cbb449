using System.Globalization;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Prints metrics as comma-separated values (RFC 4180, lines ending in a line feed), the same in every culture.</summary>
internal static class MetricsCsv
{
    private static readonly string[] Header =
    [
        "scope", "category", "masks", "binaryDice", "binaryIoU", "semanticDice", "semanticIoU", "classAccuracy",
        "binaryNsd", "binaryHd95", "binaryHd95LeftOut", "semanticNsd", "semanticHd95", "semanticHd95LeftOut",
        "surfaceTolerance", "surfaceUnit", "presentF1", "maskAgreement", "unscoredRows",
    ];

    public static string Print(SegmentationMetrics metrics)
    {
        return Print([
            Header,
            .. metrics.PerCategory.Select(each => (object?[])
            [
                "category", each.Category, each.Count, each.BinaryDice, each.BinaryIoU, each.SemanticDice, each.SemanticIoU,
                each.ClassAccuracy, each.BinaryNsd, each.BinaryHd95, each.BinaryHd95LeftOut, each.SemanticNsd, each.SemanticHd95,
                each.SemanticHd95LeftOut, metrics.SurfaceTolerance, metrics.SurfaceUnit, null, null, null,
            ]),
            [
                "mean over categories", null, null, metrics.MacroBinaryDice, metrics.MacroBinaryIoU, metrics.MacroSemanticDice,
                metrics.MacroSemanticIoU, metrics.MacroClassAccuracy, metrics.MacroBinaryNsd, metrics.MacroBinaryHd95, null,
                metrics.MacroSemanticNsd, metrics.MacroSemanticHd95, null, metrics.SurfaceTolerance, metrics.SurfaceUnit, null, null, null,
            ],
            [
                "mean over masks", null, metrics.Rows, metrics.BinaryDice, metrics.BinaryIoU, metrics.SemanticDice, metrics.SemanticIoU,
                metrics.ClassAccuracy, metrics.BinaryNsd, metrics.BinaryHd95, metrics.BinaryHd95LeftOut, metrics.SemanticNsd,
                metrics.SemanticHd95, metrics.SemanticHd95LeftOut, metrics.SurfaceTolerance, metrics.SurfaceUnit, metrics.PresentF1,
                metrics.MaskAgreement, metrics.UnscoredRows,
            ],
        ]);
    }

    /// <summary>Lines of cells; null and NaN are empty.</summary>
    public static string Print(IEnumerable<object?[]> lines) => string.Concat(lines.Select(line => string.Join(',', line.Select(Cell)) + "\n"));

    private static string Cell(object? value) => value switch
    {
        null or double.NaN => "",
        string text => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!, // the shortest text that reads back as the same number
    };
}
