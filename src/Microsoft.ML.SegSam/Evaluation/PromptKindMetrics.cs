using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>What a model reaches with one kind of prompt.</summary>
public sealed class PromptKindMetrics
{
    internal PromptKindMetrics(
        PromptKind prompt, SegmentationMetrics masks, MetricMeans overCases, LabelMapMetrics labelMaps, PresenceMetrics presence)
    {
        Prompt = prompt;
        Masks = masks;
        OverCases = overCases;
        LabelMaps = labelMaps;
        Presence = presence;
    }

    /// <summary>The kind of prompt.</summary>
    public PromptKind Prompt { get; }

    /// <summary>
    /// Every mask by itself: means over masks, over categories and per category, the F1 of the presence scores over pairs (mask, category),
    /// and the agreement of the two decoders, Dice(M_b, M_s), as <see cref="SegmentationMetrics.MaskAgreement"/>.
    /// </summary>
    public SegmentationMetrics Masks { get; }

    /// <summary>Means over cases; each case is the mean over its masks.</summary>
    public MetricMeans OverCases { get; }

    /// <summary>Mean Dice of the semantic mask over the masks whose predicted category is right; NaN if none is right.</summary>
    public double SemanticDiceGivenClass { get; internal init; }

    /// <summary>The masks of all prompts of an image, composed into one map.</summary>
    public LabelMapMetrics LabelMaps { get; }

    /// <summary>The categories predicted besides the prompted ones.</summary>
    public PresenceMetrics Presence { get; }

    /// <summary><see cref="Masks"/> of each modality, sorted by name (ordinal); empty where the prompts have none.</summary>
    public IReadOnlyDictionary<string, SegmentationMetrics> MasksPerModality { get; internal init; } =
        new Dictionary<string, SegmentationMetrics>();

    /// <summary><see cref="OverCases"/> of each modality, sorted by name (ordinal); empty where the prompts have none.</summary>
    public IReadOnlyDictionary<string, MetricMeans> OverCasesPerModality { get; internal init; } =
        new Dictionary<string, MetricMeans>();
}

/// <summary>How the evaluation protocol prompts for an object; the value is the number of points.</summary>
public enum PromptKind
{
    /// <summary>The tight box around the true mask, without noise.</summary>
    Box = 0,

    /// <summary>One point on the object.</summary>
    OnePoint = 1,

    /// <summary>Three points; the later two each lie in the error of the previous prediction, whose logits are the mask prompt.</summary>
    ThreePoints = 3,

    /// <summary>Five points, placed like the three.</summary>
    FivePoints = 5,
}
