namespace Microsoft.ML.SegSam.Metrics;

/// <summary>What one row contributes to the metrics; its masks are reduced to these numbers.</summary>
/// <param name="Category">The true category.</param>
/// <param name="IsKnown">Whether the model knows that category.</param>
/// <param name="IsScored">Whether there is a prediction; without one all measures stay 0 and distances infinite, so that failing does not pay.</param>
internal sealed record RowScore(string Category, bool IsKnown, bool IsScored)
{
    /// <summary>The category that the row was given; null without one.</summary>
    public string? Predicted { get; init; }

    /// <summary>Its probability, 0 to 1.</summary>
    public float Score { get; init; }

    public double BinaryDice { get; init; }

    public double BinaryIoU { get; init; }

    public double SemanticDice { get; init; }

    public double SemanticIoU { get; init; }

    /// <summary>How close the binary mask's outline runs to the true one.</summary>
    public SurfaceAgreement BinarySurface { get; init; } = SurfaceAgreement.Missed;

    /// <summary>How close the outline of the pixels named the true category runs to the true one.</summary>
    public SurfaceAgreement SemanticSurface { get; init; } = SurfaceAgreement.Missed;

    /// <summary>1 when the predicted category is the true one, else 0.</summary>
    public double ClassAccuracy { get; init; }

    /// <summary>Dice between the binary mask and the semantic mask's foreground.</summary>
    public double Agreement { get; init; }

    /// <summary>What was said about the other categories of the image; null when there is nothing to compare with.</summary>
    public PresentAnswer? Present { get; init; }

    /// <summary>Compares the masks of a row that has a prediction with the truth.</summary>
    /// <param name="predicted">The category that the row was given.</param>
    /// <param name="binary">H·W pixels of the binary mask, row-major.</param>
    /// <param name="ofCategory">The pixels that the semantic mask gives the true category.</param>
    /// <param name="foreground">The pixels that the semantic mask gives any category.</param>
    /// <param name="truth">The true mask.</param>
    /// <param name="width">W.</param>
    public static RowScore Of(string category, bool isKnown, string? predicted, float score, ReadOnlySpan<bool> binary, ReadOnlySpan<bool> ofCategory,
        ReadOnlySpan<bool> foreground, ReadOnlySpan<bool> truth, int width, SurfaceRuler ruler)
    {
        var binaryOverlap = Overlap.Count(binary, truth);
        // An unknown category can be named by no pixel: a miss, also where the truth is empty.
        var semanticOverlap = isKnown ? Overlap.Count(ofCategory, truth) : new MaskOverlap(0, 0, 1);
        return new RowScore(category, isKnown, IsScored: true)
        {
            Predicted = predicted,
            Score = score,
            BinaryDice = binaryOverlap.Dice,
            BinaryIoU = binaryOverlap.IoU,
            SemanticDice = semanticOverlap.Dice,
            SemanticIoU = semanticOverlap.IoU,
            BinarySurface = SurfaceAgreement.Between(binary, truth, width, ruler),
            SemanticSurface = isKnown ? SurfaceAgreement.Between(ofCategory, truth, width, ruler) : SurfaceAgreement.Missed,
            ClassAccuracy = isKnown && predicted == category ? 1 : 0,
            Agreement = Overlap.Count(binary, foreground).Dice,
        };
    }
}

/// <summary>The categories that the model claims to be in a row's image, and where the truth about them comes from.</summary>
/// <param name="Claimed">Names of the categories whose presence score passes the threshold.</param>
/// <param name="Annotated">Names of all categories annotated in the image, or null: then the rows of one image tell.</param>
/// <param name="ImageId">What the rows of one image share, or null.</param>
internal sealed record PresentAnswer(IReadOnlyList<string> Claimed, IReadOnlyList<string>? Annotated, string? ImageId);
