namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Mean figures over masks, or over groups of masks (categories or cases) of which each counts alike.</summary>
/// <remarks><see cref="SegmentationMetrics"/> defines each measure.</remarks>
public sealed class MetricMeans
{
    internal MetricMeans(int count, MaskFigures binary, MaskFigures semantic, double classAccuracy)
    {
        Count = count;
        Binary = binary;
        Semantic = semantic;
        ClassAccuracy = classAccuracy;
    }

    /// <summary>Number of masks, or of groups, that the means are over.</summary>
    public int Count { get; }

    /// <summary>Figures of the binary mask.</summary>
    public MaskFigures Binary { get; }

    /// <summary>Figures of the pixels that the semantic mask gives the true category.</summary>
    public MaskFigures Semantic { get; }

    /// <summary>Mean share of the masks whose predicted category is the true one, from 0 (worst) to 1 (best).</summary>
    public double ClassAccuracy { get; }

    internal static MetricMeans OverMasks(IReadOnlyCollection<RowScore> rows) => new(
        rows.Count,
        MaskFigures.Over([.. rows.Select(row => row.Binary)]),
        MaskFigures.Over([.. rows.Select(row => row.Semantic)]),
        rows.Average(row => row.ClassAccuracy));

    internal static MetricMeans OverGroups(IReadOnlyCollection<MetricMeans> groups) => new(
        groups.Count,
        MaskFigures.Over([.. groups.Select(group => group.Binary)]),
        MaskFigures.Over([.. groups.Select(group => group.Semantic)]),
        groups.Average(group => group.ClassAccuracy));
}

/// <summary>Means of values some of which may be infinite or missing.</summary>
internal static class Means
{
    /// <returns>The mean of the finite values; NaN when there are none.</returns>
    public static double OfFinite(IEnumerable<double> values) => values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
}

/// <summary>Dictionaries of figures whose entries come in the ordinal order of their names.</summary>
internal static class ByName
{
    public static SortedDictionary<string, T> ToSorted<TItem, T>(
        this IEnumerable<TItem> items, Func<TItem, string> name, Func<TItem, T> figure) =>
        new(items.ToDictionary(name, figure, StringComparer.Ordinal), StringComparer.Ordinal);
}
