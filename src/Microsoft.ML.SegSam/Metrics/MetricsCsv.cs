using System.Globalization;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Prints metrics as comma-separated values (RFC 4180, lines ending in a line feed), the same in every culture.</summary>
internal static class MetricsCsv
{
    private static readonly string[] Header =
    [
        "scope", "category", "masks", "binaryDice", "binaryIoU", "semanticDice", "semanticIoU", "classAccuracy",
        "binaryNsd", "binaryHd95", "binaryHd95LeftOut", "semanticNsd", "semanticHd95", "semanticHd95LeftOut",
        "surfaceTolerance", "surfaceUnit", "presenceF1", "maskAgreement", "unscoredRows",
    ];

    public static string Print(SegmentationMetrics metrics)
    {
        return Print([
            Header,
            .. metrics.PerCategory.Select(category => Line("category", category.Key, category.Value, countsMasks: true, [])),
            Line("mean over categories", null, metrics.OverCategories, countsMasks: false, []),
            Line("mean over masks", null, metrics.OverMasks, countsMasks: true,
                [metrics.PresenceF1, metrics.MaskAgreement, metrics.UnscoredRows]),
        ]);

        object?[] Line(string scope, string? category, MetricMeans means, bool countsMasks, object?[] overall)
        {
            var (binary, semantic) = (means.Binary, means.Semantic);
            return
            [
                scope, category, Count(means.Count), binary.Dice, binary.IoU, semantic.Dice, semantic.IoU, means.ClassAccuracy,
                binary.Nsd, binary.Hd95, Count(binary.Hd95LeftOut), semantic.Nsd, semantic.Hd95, Count(semantic.Hd95LeftOut),
                metrics.SurfaceTolerance, metrics.SurfaceUnit, .. overall, .. new object?[3 - overall.Length],
            ];

            object? Count(int masks) => countsMasks ? masks : null;
        }
    }

    /// <summary>Lines of cells; null and NaN are empty.</summary>
    public static string Print(IEnumerable<object?[]> lines) =>
        string.Concat(lines.Select(line => string.Join(',', line.Select(Cell)) + "\n"));

    private static string Cell(object? value) => value switch
    {
        null or double.NaN => "",
        string text => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!, // the shortest text that reads back as the same number
    };
}
