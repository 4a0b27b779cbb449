namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How well the presence scores tell which categories an image holds besides the prompted ones (method, 8.3).</summary>
/// <remarks>
/// An image's score for a category is the largest PresenceScores of its prompts for objects of other categories; the truth is
/// whether one of the image's rows has the category, so all annotated objects must be rows. An image with no prompt for another
/// category is not asked about that one (our choice: nothing in it is unprompted).
/// </remarks>
public sealed record PresenceMetrics
{
    /// <summary>Mean of <see cref="PresenceCategory.AveragePrecision"/> over the categories that have one; NaN if none has.</summary>
    public required double MeanAveragePrecision { get; init; }

    /// <summary>
    /// F1 = 2 hits / (claims + truths) over all pairs (image, category) asked about; claimed when the score is above 0.5. 1 when nothing
    /// is claimed and nothing is there; NaN when no pair is asked about.
    /// </summary>
    public required double F1 { get; init; }

    /// <summary>One entry for each category of the truth or the model, sorted by name (ordinal).</summary>
    public required IReadOnlyList<PresenceCategory> PerCategory { get; init; }
}

/// <summary>How well one category's presence scores order the images.</summary>
/// <param name="Category">Its name.</param>
/// <param name="Images">How many of the images asked about hold it.</param>
/// <param name="AveragePrecision">
/// Images in descending order of score: the sum over scores of (recall gained there) · (precision so far), equal scores taken together; 0
/// to 1. 0 for a category the model does not know; NaN where none of the images holds it: it is not counted.
/// </param>
public sealed record PresenceCategory(string Category, int Images, double AveragePrecision);
