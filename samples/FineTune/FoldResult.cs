using System.Text.Json.Serialization;

namespace FineTune;

/// <summary>The metrics of one left-out image, or of all images of a source.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Image">The image's name; for a source, its number of images.</param>
/// <param name="Objects">Number of objects, each prompted by its box.</param>
/// <param name="Known">Number of objects whose category occurs in the training images: the others cannot be named.</param>
/// <param name="Named">Number of objects named correctly.</param>
/// <param name="BoxDice">Mean Dice of the filled boxes themselves.</param>
/// <param name="Before">Masks of the initial weights.</param>
/// <param name="After">Masks after fine-tuning on all other images.</param>
/// <param name="SemanticDice">Mean Dice of the pixels that carry the true name.</param>
internal sealed record FoldResult(string Source, string Image, int Objects, int Known, int Named, double BoxDice,
    MaskScore Before, MaskScore After, double SemanticDice)
{
    /// <summary>Fraction of all objects that are named correctly.</summary>
    [JsonInclude]
    public double Accuracy => (double)Named / Objects;

    /// <summary>Fraction of the known objects that are named correctly; null if there are none.</summary>
    [JsonInclude]
    public double? AccuracyOfKnown => Known == 0 ? null : (double)Named / Known;

    /// <summary>Semantic Dice of the known objects; null if there are none. That of the others is 0.</summary>
    [JsonInclude]
    public double? SemanticDiceOfKnown => Known == 0 ? null : SemanticDice * Objects / Known;

    /// <summary>Means over all objects of some images.</summary>
    public static FoldResult Sum(string source, string name, IReadOnlyList<FoldResult> folds)
    {
        var objects = folds.Sum(fold => fold.Objects);
        double Mean(Func<FoldResult, double> value) => folds.Sum(fold => fold.Objects * value(fold)) / objects;
        MaskScore MeanScore(Func<FoldResult, MaskScore> score)
        {
            var masks = folds.Sum(fold => fold.Objects - score(fold).WithoutMask);
            return new(Mean(fold => score(fold).Dice), Mean(fold => score(fold).Nsd),
                masks == 0 ? null : folds.Sum(fold => (fold.Objects - score(fold).WithoutMask) * (score(fold).Hd95 ?? 0)) / masks,
                objects - masks);
        }

        return new(source, name, objects, folds.Sum(fold => fold.Known), folds.Sum(fold => fold.Named), Mean(fold => fold.BoxDice),
            MeanScore(fold => fold.Before), MeanScore(fold => fold.After), Mean(fold => fold.SemanticDice));
    }
}
