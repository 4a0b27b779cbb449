using Microsoft.ML.SegSam.Metrics;

namespace FineTune;

/// <summary>Metrics of binary masks, as means over objects.</summary>
/// <param name="Dice">Mean Dice.</param>
/// <param name="Nsd">Mean surface Dice; the report states the tolerance.</param>
/// <param name="Hd95">Mean HD95 in pixels of the image, over the objects with a mask; null if none has one.</param>
/// <param name="WithoutMask">Number of objects with an empty mask.</param>
internal sealed record MaskScore(double Dice, double Nsd, double? Hd95, int WithoutMask)
{
    public static MaskScore From(SegmentationMetrics metrics) => new(metrics.BinaryDice, metrics.BinaryNsd,
        double.IsNaN(metrics.BinaryHd95) ? null : metrics.BinaryHd95, metrics.BinaryHd95LeftOut);
}
