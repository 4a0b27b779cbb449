namespace Microsoft.ML.SegSam.Options;

/// <summary>
/// A measure of the validation rows that decides which epoch's weights are the best, from 0 to 1, never NaN. Rows count alike, their own
/// prompts are used (a simulated one where a row has none), and masks are compared at the network's resolution.
/// </summary>
public enum ValidationMetric
{
    /// <summary>Mean Dice of both decoders' masks, whatever category the semantic one carries.</summary>
    MeanDice,

    /// <summary>Mean Dice of the binary mask.</summary>
    BinaryDice,

    /// <summary>Mean Dice of the semantic mask, 0 where its category is wrong.</summary>
    SemanticDice,

    /// <summary>Share of the rows whose predicted category is the true one.</summary>
    ClassAccuracy,

    /// <summary>F1 of the image's other categories, claimed above 0.5, over all pairs (row, category); 1 where there are none and none is claimed.</summary>
    PresenceF1,
}
