using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Propagation;

/// <summary>Decides whether the mask on the next slice is still the object.</summary>
/// <param name="thickness">Distance of slices, in mm.</param>
internal sealed class StopRules(VolumePredictionOptions options, double thickness)
{
    private const double Thick = 5, OverlapOfThick = 0.3, Within = 0.9; // our choice
    private readonly double _minOverlap = thickness > Thick ? Math.Min(options.MinOverlap, OverlapOfThick) : options.MinOverlap;

    /// <param name="before">The mask on the slice before.</param>
    /// <param name="mask">The parts of the new mask that touch it.</param>
    /// <param name="mayShrink">Whether the object has not shrunk below the overlap yet; false afterwards.</param>
    /// <returns>Null: it is. And the IoU of both masks.</returns>
    public (PropagationStop? Stop, double Overlap) Check(
        SegmentationMask before, SegmentationMask mask, float predictedIoU, ref bool mayShrink)
    {
        if (mask.Area < options.MinPixels)
            return (PropagationStop.TooSmall, 0);
        var shared = before.ToPixels().Zip(mask.ToPixels()).Count(pair => pair.First && pair.Second);
        var overlap = shared / (double)(before.Area + mask.Area - shared);
        if (overlap < _minOverlap)
        {
            if (!mayShrink || shared < Within * mask.Area)
                return (PropagationStop.Jumped, overlap);
            mayShrink = false;
        }

        return (mask.Area > options.MaxGrowth * before.Area ? PropagationStop.Grew
            : predictedIoU < options.MinPredictedIoU ? PropagationStop.Uncertain : null, overlap);
    }
}
