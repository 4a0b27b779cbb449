using Microsoft.ML.SegSam;

namespace Microsoft.ML;

/// <summary>Adds segmentation to <see cref="MLContext"/>.</summary>
public static class SegmentationExtensions
{
    /// <summary>What one can do with segmentations: <c>ml.Segmentation().Evaluate(model.Transform(test))</c>.</summary>
    /// <param name="ml">The context; warnings of an evaluation go to its log.</param>
    public static SegmentationCatalog Segmentation(this MLContext ml)
    {
        ArgumentNullException.ThrowIfNull(ml);
        return new SegmentationCatalog(ml);
    }
}
