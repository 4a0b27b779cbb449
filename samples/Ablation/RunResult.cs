using Microsoft.ML.SegSam.Metrics;

namespace Ablation;

/// <summary>How objects are prompted.</summary>
internal enum Prompting
{
    Box,
    Point,
}

/// <summary>Metrics of some objects.</summary>
internal sealed record Figures(
    double BinaryDice, double SemanticDice, double ClassAccuracy, double PresenceF1, double Agreement, int Objects)
{
    /// <summary>Means over the masks.</summary>
    public static Figures Of(SegmentationMetrics metrics) =>
        new(metrics.BinaryDice, metrics.SemanticDice, metrics.ClassAccuracy, metrics.PresentF1, metrics.MaskAgreement, metrics.Rows);
}

/// <summary>Metrics of one kind of prompt, for the common and the rare categories.</summary>
internal sealed record PromptFigures(Prompting Prompting, Figures Common, Figures FewShot);

/// <summary>One variant, trained and tested with one seed.</summary>
/// <param name="Recipe">Its settings.</param>
internal sealed record RunResult(string Variant, int Seed, string Recipe, double Seconds, IReadOnlyList<PromptFigures> Figures);
