using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Propagation;

/// <summary>Makes the prompt on a slice of the mask on its neighbor.</summary>
/// <param name="projection">Not Automatic.</param>
/// <param name="inBox">The same, of objects within a given box in three dimensions.</param>
internal sealed class MaskProjector(PromptProjection projection, PromptProjection inBox, double boxMargin)
{
    /// <param name="answer">With a mask that is not empty.</param>
    /// <param name="mask">What is followed of the answer's mask.</param>
    /// <param name="within">What surrounds the object on all slices; null: nothing is known.</param>
    public SegSamPrompt Project(SliceAnswer answer, SegmentationMask mask, VolumeBox? within = null) =>
        (within is null ? projection : inBox) switch
        {
            PromptProjection.Box => Box(mask, within, SegSamPrompt.Box),
            PromptProjection.Point => Point(mask),
            PromptProjection.Mask => answer.MaskPrompt,
            PromptProjection.BoxAndMask => Box(mask, within, answer.MaskPrompt.AndBox),
            _ => throw new ArgumentOutOfRangeException(nameof(answer), projection, "Expected a projection other than Automatic."),
        };

    // Never smaller than the mask's own box, though that may leave the given one.
    private SegSamPrompt Box(SegmentationMask mask, VolumeBox? within, Func<float, float, float, float, SegSamPrompt> prompt)
    {
        var box = mask.Box!.Value;
        var (x, y) = ((float)Math.Max(1, boxMargin * box.Width), (float)Math.Max(1, boxMargin * box.Height));
        return prompt(
            Math.Min(box.X0, Math.Max(Math.Max(0, within?.X0 ?? 0), box.X0 - x)),
            Math.Min(box.Y0, Math.Max(Math.Max(0, within?.Y0 ?? 0), box.Y0 - y)),
            Math.Max(box.X1, Math.Min(Math.Min(mask.Width, within?.X1 ?? mask.Width), box.X1 + x)),
            Math.Max(box.Y1, Math.Min(Math.Min(mask.Height, within?.Y1 ?? mask.Height), box.Y1 + y)));
    }

    // The center of the pixel that is farthest from the outside, of equal ones the first; the picture's border is outside.
    private static SegSamPrompt Point(SegmentationMask mask)
    {
        var (box, pixels) = (mask.Box!.Value, mask.ToPixels());
        var (width, height) = (box.Width + 2, box.Height + 2);
        var outside = new bool[width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var isWithin = x > 0 && y > 0 && x <= box.Width && y <= box.Height;
                outside[y * width + x] = !isWithin || !pixels[(box.Y0 + y - 1) * mask.Width + box.X0 + x - 1];
            }
        }

        var distances = DistanceTransform.Squared(outside, height, width, new PixelSpacing(1, 1));
        var farthest = Array.IndexOf(distances, distances.Max());
        return SegSamPrompt.Point(box.X0 + farthest % width - 0.5f, box.Y0 + farthest / width - 0.5f);
    }
}
