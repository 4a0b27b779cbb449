using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>What points out one object of an image: a box, clicks, an earlier mask, or any of them together. Unchangeable.</summary>
/// <remarks>
/// <para><c>SegSamPrompt.Box(10, 20, 60, 80)</c>, <c>SegSamPrompt.Click(30, 40).AndClick(70, 40, onObject: false).AndMask(prediction.LowResLogits)</c></para>
/// <para>Coordinates are pixels of the original image, the corner at (0, 0); they are checked when the image is known, by <see cref="SegSamPredictor"/>.
/// The image's far edge belongs to it. A box may reach beyond the image but must overlap it. Nothing is clamped.</para>
/// </remarks>
public sealed class SegSamPrompt
{
    private SegSamPrompt(Prompt parts) => Parts = parts;

    internal Prompt Parts { get; }

    /// <summary>A box around the object.</summary>
    /// <param name="x0">Left edge, in pixels.</param>
    /// <param name="y0">Upper edge.</param>
    /// <param name="x1">Right edge, above x0.</param>
    /// <param name="y1">Lower edge, above y0.</param>
    public static SegSamPrompt Box(float x0, float y0, float x1, float y1) => new(new(Box: [x0, y0, x1, y1]));

    /// <summary>A prompt for each of a detector's boxes, such as ML.NET's object detection gives in its column PredictedBoundingBoxes.</summary>
    /// <param name="boxes">x0 y0 x1 y1 of each box, in pixels.</param>
    /// <returns>In the order of the boxes; none where there is no number.</returns>
    /// <exception cref="ArgumentException">The numbers are not four for each box.</exception>
    public static IReadOnlyList<SegSamPrompt> Boxes(ReadOnlySpan<float> boxes)
    {
        if (boxes.Length % 4 != 0)
            throw new ArgumentException($"Expected 4 numbers x0 y0 x1 y1 for each box, found {boxes.Length} numbers.", nameof(boxes));
        return [.. boxes.ToArray().Chunk(4).Select(box => Box(box[0], box[1], box[2], box[3]))];
    }

    /// <summary>A click.</summary>
    /// <param name="x">Column, in pixels, 0 to the image's width.</param>
    /// <param name="y">Row, 0 to the image's height.</param>
    /// <param name="onObject">Whether it is on the object, or on the background.</param>
    public static SegSamPrompt Click(float x, float y, bool onObject = true) => new SegSamPrompt(new()).AndClick(x, y, onObject);

    /// <summary>The mask of an earlier answer alone.</summary>
    /// <param name="lowResLogits">Its <see cref="SegSamPrediction.LowResLogits"/>, or those of a hypothesis: below 0 on the background. A mask of zeros and ones is refused.</param>
    public static SegSamPrompt Mask(ReadOnlyMemory<float> lowResLogits) => new(new(MaskLogits: lowResLogits.ToArray()));

    /// <summary>A mask alone: an annotation or another method's, to be refined or named.</summary>
    /// <param name="mask">At the size of the image; may not be empty.</param>
    /// <remarks>In the network's low-resolution frame a pixel's logit is 16 · c - 8, c being the part of it that the mask covers (our choice).</remarks>
    /// <exception cref="ArgumentException">The mask is empty.</exception>
    public static SegSamPrompt Mask(SegmentationMask mask) => new SegSamPrompt(new()).AndMask(mask);

    /// <summary>The prompt with one more click.</summary>
    /// <inheritdoc cref="Click" path="/param"/>
    public SegSamPrompt AndClick(float x, float y, bool onObject = true) =>
        new(new(Parts.Box, [.. Parts.Points, x, y], [.. Parts.PointLabels, onObject ? 1 : 0], Parts.MaskLogits, Parts.Mask));

    /// <summary>The prompt with this box, in place of one that it may have.</summary>
    /// <inheritdoc cref="Box" path="/param"/>
    public SegSamPrompt AndBox(float x0, float y0, float x1, float y1) => new(new([x0, y0, x1, y1], Parts.Points, Parts.PointLabels, Parts.MaskLogits, Parts.Mask));

    /// <summary>The prompt with the mask of an earlier answer, to be refined.</summary>
    /// <inheritdoc cref="Mask(ReadOnlyMemory{float})" path="/param"/>
    public SegSamPrompt AndMask(ReadOnlyMemory<float> lowResLogits) => new(new(Parts.Box, Parts.Points, Parts.PointLabels, lowResLogits.ToArray()));

    /// <summary>The prompt with a mask of the image's size, in place of one that it may have.</summary>
    /// <inheritdoc cref="Mask(SegmentationMask)" path="/*[not(self::summary)]"/>
    public SegSamPrompt AndMask(SegmentationMask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return mask.Area > 0 ? new(new(Parts.Box, Parts.Points, Parts.PointLabels, Mask: mask))
            : throw new ArgumentException("The mask is empty; a mask prompt needs a pixel of the object. Leave it out.", nameof(mask));
    }
}
