namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How well label maps, composed from all prompts of an image, name every pixel (method, 8.2).</summary>
/// <remarks>
/// For each case and category, the pixels of the case's images are summed: P, those that the label map gives the category, Y, those that
/// the truth gives it, and those in both. A pixel of the wrong category is therefore a miss of the true category and a false positive of
/// the other. Empty sets (our choice): a case in which a category has neither P nor Y does not count for it; where only one of them is
/// empty, Dice and IoU are 0. A category that no image of the truth holds does not count anywhere, and its figures are NaN.
/// The dictionaries have an entry for each category of the truth or of the model, sorted by name (ordinal).
/// </remarks>
public sealed class LabelMapMetrics
{
    internal LabelMapMetrics()
    {
    }

    /// <summary>Mean of <see cref="DicePerCategory"/> over the categories that the truth holds.</summary>
    public double Dice { get; internal init; }

    /// <summary>Mean of <see cref="IoUPerCategory"/> over the categories that the truth holds.</summary>
    public double IoU { get; internal init; }

    /// <summary>Mean over each category's cases of 2 |P ∩ Y| / (|P| + |Y|), from 0 to 1; NaN without a case.</summary>
    public IReadOnlyDictionary<string, double> DicePerCategory { get; internal init; } = new Dictionary<string, double>();

    /// <summary>Mean over each category's cases of |P ∩ Y| / |P ∪ Y|, from 0 to 1; NaN without a case.</summary>
    public IReadOnlyDictionary<string, double> IoUPerCategory { get; internal init; } = new Dictionary<string, double>();

    /// <summary>Number of cases in which the truth or a label map holds the category; 0 where no image of the truth holds it.</summary>
    public IReadOnlyDictionary<string, int> CasesPerCategory { get; internal init; } = new Dictionary<string, int>();
}
