namespace Microsoft.ML.SegSam.Metrics;

/// <summary>The measures of one true category, each a mean over its rows and from 0 (worst) to 1 (best).</summary>
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
        ClassAccuracy = rows.Average(row => row.ClassAccuracy),
    };
}
