namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How a predicted set P and a true set Y overlap, in counts of their members (pixels).</summary>
/// <param name="Intersection">|P ∩ Y|.</param>
/// <param name="Predicted">|P|.</param>
/// <param name="Truth">|Y|.</param>
/// <remarks>Two empty sets agree perfectly: both measures are 1 (our choice, the limit of the usual small epsilon).</remarks>
internal readonly record struct MaskOverlap(long Intersection, long Predicted, long Truth)
{
    /// <summary>2 |P ∩ Y| / (|P| + |Y|), from 0 to 1.</summary>
    public double Dice => Predicted + Truth == 0 ? 1 : 2d * Intersection / (Predicted + Truth);

    /// <summary>|P ∩ Y| / |P ∪ Y|, from 0 to 1.</summary>
    public double IoU => Predicted + Truth == 0 ? 1 : (double)Intersection / (Predicted + Truth - Intersection);
}
