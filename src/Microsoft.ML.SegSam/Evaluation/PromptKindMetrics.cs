using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>What a model reaches with one kind of prompt.</summary>
public sealed record PromptKindMetrics
{
    /// <summary>The kind of prompt.</summary>
    public required PromptKind Prompt { get; init; }

    /// <summary>
    /// Every mask by itself: means over masks and over categories, each category; also the F1 of presence scores by (mask, category), and the
    /// consistency of the two decoders, Dice(M_b, M_s), as <see cref="SegmentationMetrics.MaskAgreement"/>.
    /// </summary>
    public required SegmentationMetrics Masks { get; init; }

    /// <summary>Means over cases of each case's mean over its masks.</summary>
    public required MetricMeans OverCases { get; init; }

    /// <summary>Mean of the semantic mask's Dice over the masks whose category is predicted right; NaN if none is.</summary>
    public required double SemanticDiceGivenClass { get; init; }

    /// <summary>The masks of all prompts of an image composed into one map.</summary>
    public required LabelMapMetrics LabelMaps { get; init; }

    /// <summary>The categories named besides the prompted ones.</summary>
    public required PresenceMetrics Presence { get; init; }

    /// <summary>One entry for each modality, sorted by name (ordinal); empty where the prompts name none.</summary>
    public required IReadOnlyList<ModalityMetrics> PerModality { get; init; }
}

/// <summary>What a model reaches on the images of one modality.</summary>
/// <param name="Modality">Its name.</param>
/// <param name="Masks">As in <see cref="PromptKindMetrics"/>.</param>
/// <param name="OverCases">As in <see cref="PromptKindMetrics"/>.</param>
public sealed record ModalityMetrics(string Modality, SegmentationMetrics Masks, MetricMeans OverCases);

/// <summary>How an object is pointed out in the evaluation protocol; the value is the number of clicks.</summary>
public enum PromptKind
{
    /// <summary>The tight box around the true mask, without noise.</summary>
    Box = 0,

    /// <summary>One click on the object.</summary>
    OnePoint = 1,

    /// <summary>Three clicks, the later two each into the error of the answer before, with its logits as mask prompt.</summary>
    ThreePoints = 3,

    /// <summary>Five clicks, placed like the three.</summary>
    FivePoints = 5,
}
