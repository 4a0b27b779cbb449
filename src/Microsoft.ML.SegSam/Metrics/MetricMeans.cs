namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Means over groups of masks (cases or categories): each group counts alike, whatever the number of its masks.</summary>
/// <remarks>All but distances and counts run from 0 (worst) to 1 (best). <see cref="SegmentationMetrics"/> defines each measure.</remarks>
public sealed record MetricMeans
{
    /// <summary>How many groups there are.</summary>
    public required int Count { get; init; }

    /// <summary>Mean over groups of their mean Dice of the binary mask.</summary>
    public required double BinaryDice { get; init; }

    /// <summary>Mean over groups of their mean IoU of the binary mask.</summary>
    public required double BinaryIoU { get; init; }

    /// <summary>Mean over groups of their mean surface Dice of the binary mask.</summary>
    public required double BinaryNsd { get; init; }

    /// <summary>Mean of the binary mask's HD95 over the groups that have one; NaN if none has.</summary>
    public required double BinaryHd95 { get; init; }

    /// <summary>How many masks of all groups have no HD95 of the binary mask.</summary>
    public required int BinaryHd95LeftOut { get; init; }

    /// <summary>Mean over groups of their mean Dice of the semantic mask.</summary>
    public required double SemanticDice { get; init; }

    /// <summary>Mean over groups of their mean IoU of the semantic mask.</summary>
    public required double SemanticIoU { get; init; }

    /// <summary>Mean over groups of their mean surface Dice of the semantic mask.</summary>
    public required double SemanticNsd { get; init; }

    /// <summary>Mean of the semantic mask's HD95 over the groups that have one; NaN if none has.</summary>
    public required double SemanticHd95 { get; init; }

    /// <summary>How many masks of all groups have no HD95 of the semantic mask.</summary>
    public required int SemanticHd95LeftOut { get; init; }

    /// <summary>Mean over groups of the share of their masks whose predicted category is the true one.</summary>
    public required double ClassAccuracy { get; init; }

    internal static MetricMeans Over(IReadOnlyCollection<CategoryMetrics> groups) => new()
    {
        Count = groups.Count,
        BinaryDice = groups.Average(each => each.BinaryDice),
        BinaryIoU = groups.Average(each => each.BinaryIoU),
        BinaryNsd = groups.Average(each => each.BinaryNsd),
        BinaryHd95 = Means.OfFinite(groups.Select(each => each.BinaryHd95)),
        BinaryHd95LeftOut = groups.Sum(each => each.BinaryHd95LeftOut),
        SemanticDice = groups.Average(each => each.SemanticDice),
        SemanticIoU = groups.Average(each => each.SemanticIoU),
        SemanticNsd = groups.Average(each => each.SemanticNsd),
        SemanticHd95 = Means.OfFinite(groups.Select(each => each.SemanticHd95)),
        SemanticHd95LeftOut = groups.Sum(each => each.SemanticHd95LeftOut),
        ClassAccuracy = groups.Average(each => each.ClassAccuracy),
    };
}

/// <summary>Means of distances, some of which may be infinite or not there.</summary>
internal static class Means
{
    /// <returns>The mean of the finite values; NaN when there are none.</returns>
    public static double OfFinite(IEnumerable<double> values) => values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
}
