namespace Microsoft.ML.SegSam.Options;

/// <summary>
/// A measure of the validation rows that can decide the best epoch, from 0 to 1 and never NaN. All rows count alike. Each row's own prompts
/// are used, or a simulated one if it has none, and masks are compared at the network's resolution.
/// </summary>
public enum ValidationMetric
{
    /// <summary>Mean Dice of both decoders' masks, whatever category the semantic mask has.</summary>
    MeanDice,

    /// <summary>Mean Dice of the binary mask.</summary>
    BinaryDice,

    /// <summary>Mean Dice of the semantic mask, 0 if its category is wrong.</summary>
    SemanticDice,

    /// <summary>Fraction of the rows whose predicted category is the true one.</summary>
    ClassAccuracy,

    /// <summary>
    /// F1 over all pairs of a row and a category other than its own, where presence scores above 0.5 predict the categories that the image
    /// holds; 1 if it holds none and none is predicted.
    /// </summary>
    PresenceF1,
}
