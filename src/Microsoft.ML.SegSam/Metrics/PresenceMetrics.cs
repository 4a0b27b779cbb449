namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How well the presence scores say which categories an image holds besides the prompted ones (method, 8.3).</summary>
/// <remarks>
/// An image's score for a category is the largest presence score of its prompts for objects of other categories; the truth is
/// whether one of the image's rows has the category, so all annotated objects must be rows. An image without a prompt for another
/// category is not scored for that one (our choice: nothing in it is unprompted).
/// The dictionaries have an entry for each category of the truth or of the model, sorted by name (ordinal).
/// </remarks>
public sealed class PresenceMetrics
{
    internal PresenceMetrics()
    {
    }

    /// <summary>Mean of <see cref="AveragePrecisionPerCategory"/> over the categories that have one; NaN if none has one.</summary>
    public double MeanAveragePrecision { get; internal init; }

    /// <summary>
    /// F1 = 2 hits / (claims + truths) over all scored pairs (image, category); a category is claimed when its score is above 0.5. 1 when
    /// nothing is claimed and nothing is there; NaN when no pair is scored.
    /// </summary>
    public double ImageF1 { get; internal init; }

    /// <summary>
    /// Average precision of each category. With the images in descending order of score, it is the sum over scores of (recall gained
    /// there) · (precision so far), equal scores taken together; from 0 to 1. 0 for a category the model does not know; NaN where none of
    /// the images holds it: it does not count.
    /// </summary>
    public IReadOnlyDictionary<string, double> AveragePrecisionPerCategory { get; internal init; } = new Dictionary<string, double>();

    /// <summary>Number of scored images that hold each category.</summary>
    public IReadOnlyDictionary<string, int> ImagesPerCategory { get; internal init; } = new Dictionary<string, int>();
}
