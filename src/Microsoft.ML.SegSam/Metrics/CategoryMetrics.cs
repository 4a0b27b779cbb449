namespace Microsoft.ML.SegSam.Metrics;

/// <summary>The measures of one true category, each a mean over its rows; all but distances and counts run from 0 (worst) to 1 (best).</summary>
public sealed record CategoryMetrics
{
    /// <summary>Name of the category.</summary>
    public required string Category { get; init; }

    /// <summary>How many rows (masks) have this category.</summary>
    public required int Count { get; init; }

    /// <summary>Mean Dice of the binary mask against the true mask.</summary>
    public required double BinaryDice { get; init; }

    /// <summary>Mean IoU of the binary mask against the true mask.</summary>
    public required double BinaryIoU { get; init; }

    /// <summary>Mean Dice of the pixels named this category against the true mask.</summary>
    public required double SemanticDice { get; init; }

    /// <summary>Mean IoU of the pixels named this category against the true mask.</summary>
    public required double SemanticIoU { get; init; }

    /// <summary>Mean surface Dice (NSD) of the binary mask against the true mask.</summary>
    public required double BinaryNsd { get; init; }

    /// <summary>Mean HD95 of the binary mask, in pixels or mm; NaN when <see cref="BinaryHd95LeftOut"/> is all rows.</summary>
    public required double BinaryHd95 { get; init; }

    /// <summary>How many rows have no finite HD95 of the binary mask; its mean is over the others.</summary>
    public required int BinaryHd95LeftOut { get; init; }

    /// <summary>Mean surface Dice (NSD) of the pixels named this category against the true mask.</summary>
    public required double SemanticNsd { get; init; }

    /// <summary>Mean HD95 of the pixels named this category; NaN when <see cref="SemanticHd95LeftOut"/> is all rows.</summary>
    public required double SemanticHd95 { get; init; }

    /// <summary>How many rows have no finite HD95 of the pixels named this category; its mean is over the others.</summary>
    public required int SemanticHd95LeftOut { get; init; }

    /// <summary>Share of the rows whose predicted category is this one.</summary>
    public required double ClassAccuracy { get; init; }

    internal static CategoryMetrics From(string category, IReadOnlyCollection<RowScore> rows) => new()
    {
        Category = category,
        Count = rows.Count,
        BinaryDice = rows.Average(row => row.BinaryDice),
        BinaryIoU = rows.Average(row => row.BinaryIoU),
        SemanticDice = rows.Average(row => row.SemanticDice),
        SemanticIoU = rows.Average(row => row.SemanticIoU),
        BinaryNsd = rows.Average(row => row.BinarySurface.Nsd),
        BinaryHd95 = Means.OfFinite(rows.Select(row => row.BinarySurface.Hd95)),
        BinaryHd95LeftOut = rows.Count(row => double.IsInfinity(row.BinarySurface.Hd95)),
        SemanticNsd = rows.Average(row => row.SemanticSurface.Nsd),
        SemanticHd95 = Means.OfFinite(rows.Select(row => row.SemanticSurface.Hd95)),
        SemanticHd95LeftOut = rows.Count(row => double.IsInfinity(row.SemanticSurface.Hd95)),
        ClassAccuracy = rows.Average(row => row.ClassAccuracy),
    };
}
