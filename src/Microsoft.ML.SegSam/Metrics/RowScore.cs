namespace Microsoft.ML.SegSam.Metrics;

/// <summary>What one row contributes to the metrics; its masks are reduced to these numbers.</summary>
/// <param name="Category">The true category.</param>
/// <param name="IsKnown">Whether the model knows that category.</param>
/// <param name="IsScored">
/// Whether there is a prediction; without one all measures stay 0 and distances infinite, so that failing does not pay.
/// </param>
internal sealed record RowScore(string Category, bool IsKnown, bool IsScored)
{
    /// <summary>The predicted category; null without a prediction.</summary>
    public string? Predicted { get; init; }

    /// <summary>Its probability, from 0 to 1.</summary>
    public float Score { get; init; }

    /// <summary>The binary mask compared with the true one.</summary>
    public MaskFigures Binary { get; init; } = MaskFigures.Missed;

    /// <summary>The pixels that the semantic mask gives the true category, compared with the true mask.</summary>
    public MaskFigures Semantic { get; init; } = MaskFigures.Missed;

    /// <summary>1 when the predicted category is the true one, else 0.</summary>
    public double ClassAccuracy { get; init; }

    /// <summary>Dice between the binary mask and the semantic mask's foreground.</summary>
    public double Agreement { get; init; }

    /// <summary>What the model claims about the other categories of the image; null when there is nothing to compare with.</summary>
    public PresenceClaim? Presence { get; init; }

    /// <summary>Compares the masks of a row that has a prediction with the truth.</summary>
    /// <param name="ruler">Measures distances between outlines.</param>
    public static RowScore Of(string category, bool isKnown, string? predicted, float score, PredictedMasks masks, SurfaceRuler ruler) =>
        new(category, isKnown, IsScored: true)
        {
            Predicted = predicted,
            Score = score,
            Binary = MaskFigures.Between(masks.Binary, masks.Truth, masks.Width, ruler),
            // No pixel can carry an unknown category: a miss, even where the truth is empty.
            Semantic = isKnown ? MaskFigures.Between(masks.OfCategory, masks.Truth, masks.Width, ruler) : MaskFigures.Missed,
            ClassAccuracy = isKnown && predicted == category ? 1 : 0,
            Agreement = Overlap.Count(masks.Binary, masks.Foreground).Dice,
        };
}

/// <summary>A row's predicted masks and its true one, each of H·W pixels, row-major.</summary>
/// <param name="binary">The binary mask.</param>
/// <param name="ofCategory">The pixels that the semantic mask gives the true category.</param>
/// <param name="foreground">The pixels that the semantic mask gives any category.</param>
/// <param name="truth">The true mask.</param>
/// <param name="width">W.</param>
internal readonly ref struct PredictedMasks(
    ReadOnlySpan<bool> binary, ReadOnlySpan<bool> ofCategory, ReadOnlySpan<bool> foreground, ReadOnlySpan<bool> truth, int width)
{
    public readonly ReadOnlySpan<bool> Binary = binary;
    public readonly ReadOnlySpan<bool> OfCategory = ofCategory;
    public readonly ReadOnlySpan<bool> Foreground = foreground;
    public readonly ReadOnlySpan<bool> Truth = truth;
    public readonly int Width = width;
}
