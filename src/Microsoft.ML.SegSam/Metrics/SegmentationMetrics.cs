using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How well a model finds and names objects, over all rows (one row is one prompted object with its mask).</summary>
/// <remarks>
/// <para>
/// For a predicted set of pixels P and a true set Y, Dice is 2 |P ∩ Y| / (|P| + |Y|) and IoU is |P ∩ Y| / |P ∪ Y|, both
/// from 0 to 1; where P and Y are both empty they are 1. They are computed per row and then averaged. Binary measures take P from
/// column BinaryMask. Semantic measures take for P the pixels of SemanticMask that carry the row's true category, so that a
/// wrong category counts as a miss.
/// </para>
/// <para>
/// NSD and HD95 compare outlines. A mask's boundary is its pixels with background above, below, left or right of them (the mask
/// less its erosion by 4-connectivity; outside the image is background), and distances run between pixel centres, exactly. NSD,
/// the surface Dice, is the share of both boundaries' pixels within <see cref="SurfaceTolerance"/> of the other boundary. HD95 is
/// the larger of two 95th percentiles, of the distances from P's boundary to Y's and from Y's to P's. Both follow MONAI in 2-D: each
/// pixel of a boundary counts alike. Where P and Y are both empty, NSD is 1 and HD95 0; where one is, NSD is 0 and HD95 infinite:
/// such rows are left out of the means of HD95 and counted, so read those means together with that count (our choice).
/// </para>
/// <para>
/// Our choices: a row without a prediction (empty BinaryMask, or NaN in ClassScores) counts 0 in every mean
/// and is left out of those of HD95. A row whose
/// category the model does not know does the same in the semantic measures and the class accuracy, and normally in the binary ones.
/// Prompted results are not comparable with those of networks that get no prompt.
/// </para>
/// </remarks>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed record SegmentationMetrics : INotebookView
{
    /// <summary>How many rows (masks) were evaluated, those without a prediction included.</summary>
    public required int Rows { get; init; }

    /// <summary>Mean over rows of the binary mask's Dice.</summary>
    public required double BinaryDice { get; init; }

    /// <summary>Mean over rows of the binary mask's IoU.</summary>
    public required double BinaryIoU { get; init; }

    /// <summary>Mean over rows of the semantic mask's Dice.</summary>
    public required double SemanticDice { get; init; }

    /// <summary>Mean over rows of the semantic mask's IoU.</summary>
    public required double SemanticIoU { get; init; }

    /// <summary>Mean over rows of the binary mask's surface Dice.</summary>
    public required double BinaryNsd { get; init; }

    /// <summary>Mean of the binary mask's HD95 over the rows that have one, in <see cref="SurfaceUnit"/>; NaN if none has.</summary>
    public required double BinaryHd95 { get; init; }

    /// <summary>How many rows have no HD95 of the binary mask, being left out of its means.</summary>
    public required int BinaryHd95LeftOut { get; init; }

    /// <summary>Mean over rows of the semantic mask's surface Dice.</summary>
    public required double SemanticNsd { get; init; }

    /// <summary>Mean of the semantic mask's HD95 over the rows that have one, in <see cref="SurfaceUnit"/>; NaN if none has.</summary>
    public required double SemanticHd95 { get; init; }

    /// <summary>How many rows have no HD95 of the semantic mask, being left out of its means.</summary>
    public required int SemanticHd95LeftOut { get; init; }

    /// <summary>Up to which distance outlines count as equal in the surface Dice, in <see cref="SurfaceUnit"/>.</summary>
    public required double SurfaceTolerance { get; init; }

    /// <summary>Unit of the tolerance and of every HD95: "px" (pixels), or "mm" where a pixel spacing was given.</summary>
    public required string SurfaceUnit { get; init; }

    /// <summary>Share of the rows whose predicted category is the true one.</summary>
    public required double ClassAccuracy { get; init; }

    /// <summary>Mean over categories of <see cref="CategoryMetrics.BinaryDice"/>: rare ones weigh as much as others.</summary>
    public double MacroBinaryDice => OverCategories.BinaryDice;

    /// <summary>Mean over categories of <see cref="CategoryMetrics.BinaryIoU"/>.</summary>
    public double MacroBinaryIoU => OverCategories.BinaryIoU;

    /// <summary>Mean over categories of <see cref="CategoryMetrics.SemanticDice"/>.</summary>
    public double MacroSemanticDice => OverCategories.SemanticDice;

    /// <summary>Mean over categories of <see cref="CategoryMetrics.SemanticIoU"/>.</summary>
    public double MacroSemanticIoU => OverCategories.SemanticIoU;

    /// <summary>Mean over categories of <see cref="CategoryMetrics.BinaryNsd"/>.</summary>
    public double MacroBinaryNsd => OverCategories.BinaryNsd;

    /// <summary>Mean of <see cref="CategoryMetrics.BinaryHd95"/> over the categories that have one; NaN if none has.</summary>
    public double MacroBinaryHd95 => OverCategories.BinaryHd95;

    /// <summary>Mean over categories of <see cref="CategoryMetrics.SemanticNsd"/>.</summary>
    public double MacroSemanticNsd => OverCategories.SemanticNsd;

    /// <summary>Mean of <see cref="CategoryMetrics.SemanticHd95"/> over the categories that have one; NaN if none has.</summary>
    public double MacroSemanticHd95 => OverCategories.SemanticHd95;

    /// <summary>Mean over categories of <see cref="CategoryMetrics.ClassAccuracy"/>.</summary>
    public double MacroClassAccuracy => OverCategories.ClassAccuracy;

    /// <summary>
    /// F1 = 2 hits / (claims + truths) over all pairs (row, category): claimed when PresenceScores is above 0.5, true when the
    /// category is annotated in the row's image; the row's own category is left out of both. A category the model does not
    /// know counts as missed. 1 when nothing is claimed and nothing is there; NaN when neither the image's categories nor an
    /// image id was given.
    /// </summary>
    public required double PresentF1 { get; init; }

    /// <summary>Mean Dice over rows between the binary mask and the semantic mask's foreground; no truth involved.</summary>
    public required double MaskAgreement { get; init; }

    /// <summary>One entry per true category, sorted by name (ordinal).</summary>
    public required IReadOnlyList<CategoryMetrics> PerCategory { get; init; }

    /// <summary>The true categories the model does not know, sorted by name (ordinal).</summary>
    public required IReadOnlyList<string> UnknownCategories { get; init; }

    /// <summary>Which names the rows of each true category were given.</summary>
    public required CategoryConfusion Confusion { get; init; }

    /// <summary>How many rows have no prediction.</summary>
    public required int UnscoredRows { get; init; }

    /// <summary>
    /// A table: a line per category, the means over categories and over masks, then the figures of the whole; below it another
    /// one of NSD and HD95.
    /// </summary>
    public override string ToString() => MetricsTable.Print(this);

    /// <summary>All figures in full precision as comma-separated values: one line of column names, then as in the table.</summary>
    /// <returns>
    /// Column scope tells a category's line from the two of means ("mean over categories", "mean over masks"). What is not a
    /// number, or has no meaning in a line, is an empty cell. The same in every culture.
    /// </returns>
    public string ToCsv() => MetricsCsv.Print(this);

    /// <summary>All figures in full precision as a JSON object whose members are named like the properties, in camel case.</summary>
    /// <returns>Indented text; what is not a number is null.</returns>
    public string ToJson() => MetricsJson.Print(this);

    string INotebookView.ToHtml() => MetricsTable.Html(this);

    internal MetricMeans OverMasks => new()
    {
        Count = Rows,
        BinaryDice = BinaryDice,
        BinaryIoU = BinaryIoU,
        BinaryNsd = BinaryNsd,
        BinaryHd95 = BinaryHd95,
        BinaryHd95LeftOut = BinaryHd95LeftOut,
        SemanticDice = SemanticDice,
        SemanticIoU = SemanticIoU,
        SemanticNsd = SemanticNsd,
        SemanticHd95 = SemanticHd95,
        SemanticHd95LeftOut = SemanticHd95LeftOut,
        ClassAccuracy = ClassAccuracy,
    };

    internal MetricMeans OverCategories => MetricMeans.Over(PerCategory);

    internal static SegmentationMetrics From(IReadOnlyList<RowScore> rows, SurfaceRuler ruler)
    {
        var overall = CategoryMetrics.From("", rows);
        return new()
        {
            Rows = rows.Count,
            BinaryDice = overall.BinaryDice,
            BinaryIoU = overall.BinaryIoU,
            SemanticDice = overall.SemanticDice,
            SemanticIoU = overall.SemanticIoU,
            BinaryNsd = overall.BinaryNsd,
            BinaryHd95 = overall.BinaryHd95,
            BinaryHd95LeftOut = overall.BinaryHd95LeftOut,
            SemanticNsd = overall.SemanticNsd,
            SemanticHd95 = overall.SemanticHd95,
            SemanticHd95LeftOut = overall.SemanticHd95LeftOut,
            SurfaceTolerance = ruler.Tolerance,
            SurfaceUnit = ruler.Unit,
            ClassAccuracy = overall.ClassAccuracy,
            PresentF1 = Metrics.PresentF1.Of(rows),
            MaskAgreement = rows.Average(row => row.Agreement),
            PerCategory = [.. rows.GroupBy(row => row.Category, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => CategoryMetrics.From(group.Key, [.. group]))],
            UnknownCategories = [.. rows.Where(row => !row.IsKnown).Select(row => row.Category)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Confusion = CategoryConfusion.From(rows),
            UnscoredRows = rows.Count(row => !row.IsScored),
        };
    }
}
