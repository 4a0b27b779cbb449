using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How well a model segments and names objects, over all rows (one row is one prompted object with its mask).</summary>
/// <remarks>
/// <para>
/// For a predicted set of pixels P and a true set Y, Dice is 2 |P ∩ Y| / (|P| + |Y|) and IoU is |P ∩ Y| / |P ∪ Y|, both
/// from 0 to 1; where P and Y are both empty, both are 1. They are computed per row and then averaged. Binary measures take P from
/// column BinaryMask. Semantic measures take the pixels of SemanticMask that carry the row's true category, so a wrong category
/// counts as a miss.
/// </para>
/// <para>
/// NSD and HD95 compare outlines. A mask's boundary is its pixels with background above, below, left or right of them (the mask
/// minus its erosion by 4-connectivity; outside the image is background), and distances run between pixel centers, exactly. NSD,
/// the surface Dice, is the share of both boundaries' pixels within <see cref="SurfaceTolerance"/> of the other boundary. HD95 is
/// the larger of two 95th percentiles: of the distances from P's boundary to Y's, and from Y's to P's. Both follow MONAI in 2-D: every
/// pixel of a boundary counts alike. Where P and Y are both empty, NSD is 1 and HD95 is 0; where only one is empty, NSD is 0 and HD95 is
/// infinite. The means of HD95 leave such rows out and report their number, so read both together (our choice).
/// </para>
/// <para>
/// Our choices: a row without a prediction (empty BinaryMask, or NaN in ClassScores) counts as 0 in every mean
/// and is left out of the means of HD95. A row with an unknown category does the same in the semantic measures and in the class
/// accuracy; its binary measures are computed as usual. Prompted results are not comparable with those of networks that get no prompt.
/// </para>
/// </remarks>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class SegmentationMetrics : INotebookView
{
    internal SegmentationMetrics(
        MetricMeans overMasks, IReadOnlyDictionary<string, MetricMeans> perCategory, CategoryConfusion confusion, SurfaceRuler ruler)
    {
        OverMasks = overMasks;
        OverCategories = MetricMeans.OverGroups([.. perCategory.Values]);
        PerCategory = perCategory;
        Confusion = confusion;
        SurfaceTolerance = ruler.Tolerance;
        SurfaceUnit = ruler.Unit;
    }

    /// <summary>Number of rows (masks) evaluated, including those without a prediction.</summary>
    public int Rows => OverMasks.Count;

    /// <summary>Means over rows of the binary mask's figures.</summary>
    public MaskFigures Binary => OverMasks.Binary;

    /// <summary>Means over rows of the semantic mask's figures.</summary>
    public MaskFigures Semantic => OverMasks.Semantic;

    /// <summary>Share of the rows whose predicted category is the true one.</summary>
    public double ClassAccuracy => OverMasks.ClassAccuracy;

    /// <summary>Means over <see cref="PerCategory"/> (macro averages): rare categories count as much as frequent ones.</summary>
    public MetricMeans OverCategories { get; }

    /// <summary>
    /// F1 = 2 hits / (claims + truths) over all pairs (row, category). A category is claimed when its presence score is above 0.5, and true
    /// when it is annotated in the row's image; the row's own category is left out of both. A category the model does not
    /// know counts as missed. 1 when nothing is claimed and nothing is there; NaN when neither the image's categories nor an
    /// image id was given.
    /// </summary>
    public double PresenceF1 { get; internal init; }

    /// <summary>Mean Dice over rows between the binary mask and the semantic mask's foreground; the truth is not involved.</summary>
    public double MaskAgreement { get; internal init; }

    /// <summary>Mean figures of each true category, sorted by name (ordinal).</summary>
    public IReadOnlyDictionary<string, MetricMeans> PerCategory { get; }

    /// <summary>The true categories the model does not know, sorted by name (ordinal).</summary>
    public IReadOnlyList<string> UnknownCategories { get; internal init; } = [];

    /// <summary>How often the rows of each true category were predicted as each category.</summary>
    public CategoryConfusion Confusion { get; }

    /// <summary>Number of rows without a prediction.</summary>
    public int UnscoredRows { get; internal init; }

    /// <summary>The distance up to which outlines count as equal in the surface Dice, in <see cref="SurfaceUnit"/>.</summary>
    public double SurfaceTolerance { get; }

    /// <summary>Unit of the tolerance and of every HD95: "px" (pixels), or "mm" where a pixel spacing was given.</summary>
    public string SurfaceUnit { get; }

    internal MetricMeans OverMasks { get; }

    /// <summary>
    /// A table with one line per category, the means over categories and over masks, and the overall figures; below it a second
    /// table with NSD and HD95.
    /// </summary>
    public override string ToString() => MetricsTable.Print(this);

    /// <summary>All figures in full precision as comma-separated values: a line of column names, then the lines of the table.</summary>
    /// <returns>
    /// Column scope distinguishes a category's line from the two lines of means ("mean over categories", "mean over masks"). NaN, and
    /// figures that do not apply to a line, are empty cells. The text is the same in every culture.
    /// </returns>
    public string ToCsv() => MetricsCsv.Print(this);

    /// <summary>All figures in full precision as a JSON object whose members are named like the properties, in camel case.</summary>
    /// <returns>Indented text; NaN is null.</returns>
    public string ToJson() => MetricsJson.Print(this);

    string INotebookView.ToHtml() => MetricsTable.Html(this);

    internal static SegmentationMetrics From(IReadOnlyList<RowScore> rows, SurfaceRuler ruler)
    {
        var perCategory = rows.GroupBy(row => row.Category, StringComparer.Ordinal)
            .ToSorted(group => group.Key, group => MetricMeans.OverMasks([.. group]));
        return new(MetricMeans.OverMasks(rows), perCategory, CategoryConfusion.From(rows), ruler)
        {
            PresenceF1 = Metrics.PresenceF1.Of(rows),
            MaskAgreement = rows.Average(row => row.Agreement),
            UnknownCategories = [.. rows.Where(row => !row.IsKnown).Select(row => row.Category)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            UnscoredRows = rows.Count(row => !row.IsScored),
        };
    }
}
