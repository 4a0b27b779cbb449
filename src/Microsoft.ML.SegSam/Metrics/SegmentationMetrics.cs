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
/// Our choices: a row without a prediction (empty BinaryMask, or NaN in ClassScores) counts 0 in every mean. A row whose
/// category the model does not know counts 0 in the semantic measures and the class accuracy, and normally in the binary ones.
/// Prompted results are not comparable with those of networks that get no prompt.
/// </para>
/// </remarks>
public sealed record SegmentationMetrics
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

    /// <summary>Share of the rows whose predicted category is the true one.</summary>
    public required double ClassAccuracy { get; init; }

    /// <summary>Mean over categories of <see cref="CategoryMetrics.BinaryDice"/>: rare ones weigh as much as others.</summary>
    public double MacroBinaryDice => PerCategory.Average(each => each.BinaryDice);

    /// <summary>Mean over categories of <see cref="CategoryMetrics.BinaryIoU"/>.</summary>
    public double MacroBinaryIoU => PerCategory.Average(each => each.BinaryIoU);

    /// <summary>Mean over categories of <see cref="CategoryMetrics.SemanticDice"/>.</summary>
    public double MacroSemanticDice => PerCategory.Average(each => each.SemanticDice);

    /// <summary>Mean over categories of <see cref="CategoryMetrics.SemanticIoU"/>.</summary>
    public double MacroSemanticIoU => PerCategory.Average(each => each.SemanticIoU);

    /// <summary>Mean over categories of <see cref="CategoryMetrics.ClassAccuracy"/>.</summary>
    public double MacroClassAccuracy => PerCategory.Average(each => each.ClassAccuracy);

    /// <summary>
    /// F1 = 2 hits / (claims + truths) over all pairs (row, category): claimed when PresentScores is above 0.5, true when the
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

    /// <summary>How many rows have no prediction.</summary>
    public required int UnscoredRows { get; init; }

    /// <summary>A table: a line per category, the means over categories and over masks, then the figures of the whole.</summary>
    public override string ToString() => MetricsTable.Print(this);

    internal static SegmentationMetrics From(IReadOnlyList<RowScore> rows)
    {
        var overall = CategoryMetrics.From("", rows);
        return new()
        {
            Rows = rows.Count,
            BinaryDice = overall.BinaryDice,
            BinaryIoU = overall.BinaryIoU,
            SemanticDice = overall.SemanticDice,
            SemanticIoU = overall.SemanticIoU,
            ClassAccuracy = overall.ClassAccuracy,
            PresentF1 = Metrics.PresentF1.Of(rows),
            MaskAgreement = rows.Average(row => row.Agreement),
            PerCategory = [.. rows.GroupBy(row => row.Category, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => CategoryMetrics.From(group.Key, [.. group]))],
            UnknownCategories = [.. rows.Where(row => !row.IsKnown).Select(row => row.Category)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            UnscoredRows = rows.Count(row => !row.IsScored),
        };
    }
}
