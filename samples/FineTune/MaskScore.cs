using Microsoft.ML.SegSam.Metrics;

namespace FineTune;

/// <summary>How well binary masks fit, as means over objects.</summary>
/// <param name="Dice">Mean Dice.</param>
/// <param name="Nsd">Mean surface Dice; the report says the tolerance.</param>
/// <param name="Hd95">Mean HD95 in pixels of the image, over the objects that got a mask; null if none did.</param>
/// <param name="WithoutMask">How many objects got no mask.</param>
internal sealed record MaskScore(double Dice, double Nsd, double? Hd95, int WithoutMask)
{
    public static MaskScore From(SegmentationMetrics metrics) => new(metrics.BinaryDice, metrics.BinaryNsd,
        double.IsNaN(metrics.BinaryHd95) ? null : metrics.BinaryHd95, metrics.BinaryHd95LeftOut);
}
