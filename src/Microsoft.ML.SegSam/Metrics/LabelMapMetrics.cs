namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How well label maps, composed of all prompts of an image, name every pixel (method, 8.2).</summary>
/// <remarks>
/// For each case and category the pixels of the case's images are summed: those the label map gives the category, P, those the truth
/// gives it, Y, and both. A pixel of the wrong category so counts as a miss of the true one and as a false positive of the other.
/// Empty sets (our choice): in a case where a category has neither P nor Y it is not counted; where one of them is empty, Dice and
/// IoU are 0. A category that no image of the truth holds is not counted anywhere and its figures are NaN.
/// </remarks>
public sealed record LabelMapMetrics
{
    /// <summary>Mean over the categories that the truth holds of their <see cref="LabelMapCategory.Dice"/>.</summary>
    public required double Dice { get; init; }

    /// <summary>Mean over the categories that the truth holds of their <see cref="LabelMapCategory.IoU"/>.</summary>
    public required double IoU { get; init; }

    /// <summary>One entry for each category of the truth or the model, sorted by name (ordinal).</summary>
    public required IReadOnlyList<LabelMapCategory> PerCategory { get; init; }
}

/// <summary>How well label maps give pixels one category.</summary>
/// <param name="Category">Its name.</param>
/// <param name="Cases">In how many cases the truth or a label map holds it; 0 where no image of the truth does.</param>
/// <param name="Dice">Mean over these cases of 2 |P ∩ Y| / (|P| + |Y|), 0 to 1; NaN without a case.</param>
/// <param name="IoU">Mean over these cases of |P ∩ Y| / |P ∪ Y|, 0 to 1; NaN without a case.</param>
public sealed record LabelMapCategory(string Category, int Cases, double Dice, double IoU);
