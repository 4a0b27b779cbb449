using Microsoft.ML.SegSam.Metrics;

namespace Ablation;

/// <summary>How objects are asked for.</summary>
internal enum Prompting
{
    Box,
    Point,
}

/// <summary>What is measured of some objects.</summary>
internal sealed record Figures(double BinaryDice, double SemanticDice, double ClassAccuracy, double PresentF1, double Agreement, int Objects)
{
    /// <summary>Means over the masks.</summary>
    public static Figures Of(SegmentationMetrics metrics) =>
        new(metrics.Binary.Dice, metrics.Semantic.Dice, metrics.ClassAccuracy, metrics.PresenceF1, metrics.MaskAgreement, metrics.Rows);
}

/// <summary>The figures of one way to ask, of the common categories and of the rare ones.</summary>
internal sealed record Answer(Prompting Prompting, Figures Common, Figures FewShot);

/// <summary>One variant, trained and tested with one seed.</summary>
/// <param name="Recipe">What it was made with.</param>
internal sealed record RunResult(string Variant, int Seed, string Recipe, double Seconds, IReadOnlyList<Answer> Answers);
