using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>Specifies one object of an image by a box, points, a mask, or any combination of them. Immutable.</summary>
/// <remarks>
/// <para>
/// <c>SegSamPrompt.Box(10, 20, 60, 80)</c>,
/// <c>SegSamPrompt.Point(30, 40).AndPoint(70, 40, onObject: false).AndMask(prediction)</c>
/// </para>
/// <para>
/// Coordinates are pixels of the original image with the corner at (0, 0), and its far edges count as inside.
/// <see cref="SegSamPredictor"/> checks them when the image is known: points must lie on the image; a box may extend beyond the image, but
/// at least a fifth of its area must lie on it (our choice). Nothing is clamped.
/// </para>
/// </remarks>
public sealed class SegSamPrompt
{
    private SegSamPrompt(Prompt parts) => Parts = parts;

    internal Prompt Parts { get; }

    /// <summary>A box around the object.</summary>
    /// <param name="x0">Left edge, in pixels.</param>
    /// <param name="y0">Upper edge.</param>
    /// <param name="x1">Right edge, greater than x0.</param>
    /// <param name="y1">Lower edge, greater than y0.</param>
    public static SegSamPrompt Box(float x0, float y0, float x1, float y1) => new(new(Box: [x0, y0, x1, y1]));

    /// <summary>
    /// One prompt for each of a detector's boxes, as ML.NET's object detection gives them in its column PredictedBoundingBoxes.
    /// </summary>
    /// <param name="boxes">x0 y0 x1 y1 of each box, in pixels.</param>
    /// <returns>The prompts in the order of the boxes; none if there are no numbers.</returns>
    /// <exception cref="ArgumentException">The length is not a multiple of four.</exception>
    public static IReadOnlyList<SegSamPrompt> Boxes(ReadOnlySpan<float> boxes)
    {
        if (boxes.Length % 4 != 0)
            throw new ArgumentException($"Expected 4 numbers x0 y0 x1 y1 for each box, found {boxes.Length} numbers.", nameof(boxes));
        return [.. boxes.ToArray().Chunk(4).Select(box => Box(box[0], box[1], box[2], box[3]))];
    }

    /// <summary>A point on the object or on the background.</summary>
    /// <param name="x">Column, in pixels, 0 to the image's width.</param>
    /// <param name="y">Row, 0 to the image's height.</param>
    /// <param name="onObject">True (label 1): the point is on the object. False (label 0): it is on the background.</param>
    public static SegSamPrompt Point(float x, float y, bool onObject = true) => new SegSamPrompt(new()).AndPoint(x, y, onObject);

    /// <summary>The mask of an earlier prediction alone, in all the detail that the network saw.</summary>
    /// <param name="earlier">A prediction or candidate for this image, or for one of the same size, such as the next slice.</param>
    public static SegSamPrompt Mask(SegSamPrediction earlier) => new SegSamPrompt(new()).AndMask(earlier);

    /// <summary>The mask of a prediction for a neighboring slice, which counts even where both slices are equal.</summary>
    internal static SegSamPrompt MaskOfAnotherSlice(SegSamPrediction earlier) =>
        new(new(MaskLogits: earlier.BinaryMask.Logits, Frame: earlier.Frame));

    /// <summary>The mask of an earlier prediction alone, by its logits.</summary>
    /// <param name="lowResLogits">The <see cref="SegSamPrediction.LowResLogits"/> of a prediction or candidate: below 0 on the
    /// background. A mask of zeros and ones is refused.</param>
    public static SegSamPrompt Mask(ReadOnlyMemory<float> lowResLogits) => new(new(MaskLogits: lowResLogits.ToArray()));

    /// <summary>A mask alone, from an annotation or another method, to be refined or named.</summary>
    /// <param name="mask">A mask of the image's size, with at least one pixel.</param>
    /// <remarks>
    /// Each pixel of the network's low-resolution frame gets the logit ln(c / (1 - c)), from -8 to 8, where c is the fraction of it that
    /// the mask covers (our choice).
    /// </remarks>
    /// <exception cref="ArgumentException">The mask is empty.</exception>
    public static SegSamPrompt Mask(SegmentationMask mask) => new SegSamPrompt(new()).AndMask(mask);

    /// <summary>The prompt with one more point.</summary>
    /// <inheritdoc cref="Point" path="/param"/>
    public SegSamPrompt AndPoint(float x, float y, bool onObject = true) =>
        new(new(Parts.Box, [.. Parts.Points, x, y], [.. Parts.PointLabels, onObject ? 1 : 0], Parts.MaskLogits, Parts.Mask, Parts.Frame,
            Parts.Earlier));

    /// <summary>The prompt with this box, which replaces an earlier one.</summary>
    /// <inheritdoc cref="Box" path="/param"/>
    public SegSamPrompt AndBox(float x0, float y0, float x1, float y1) =>
        new(new([x0, y0, x1, y1], Parts.Points, Parts.PointLabels, Parts.MaskLogits, Parts.Mask, Parts.Frame, Parts.Earlier));

    /// <summary>The prompt with the mask of an earlier prediction, to be refined; it replaces an earlier mask.</summary>
    /// <remarks>
    /// A published SAM was trained to correct its own mask. A network that this library trained from random weights, or from those of an
    /// image encoder, starts again where the prompt holds all that was asked for the mask, box and clicks, about the same image: its own
    /// answer tells it nothing, and made the next one worse (our choice, measured). A candidate, or the mask of another image, always
    /// counts.
    /// </remarks>
    /// <inheritdoc cref="Mask(SegSamPrediction)" path="/param"/>
    public SegSamPrompt AndMask(SegSamPrediction earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return new(new(Parts.Box, Parts.Points, Parts.PointLabels, earlier.BinaryMask.Logits, Frame: earlier.Frame,
            Earlier: earlier.Asked));
    }

    /// <summary>The same by the prediction's logits; of a closer look at a small object, they hold less detail.</summary>
    /// <inheritdoc cref="Mask(ReadOnlyMemory{float})" path="/param"/>
    public SegSamPrompt AndMask(ReadOnlyMemory<float> lowResLogits) =>
        new(new(Parts.Box, Parts.Points, Parts.PointLabels, lowResLogits.ToArray()));

    /// <summary>The prompt with a mask of the image's size, which replaces an earlier mask.</summary>
    /// <inheritdoc cref="Mask(SegmentationMask)" path="/*[not(self::summary)]"/>
    public SegSamPrompt AndMask(SegmentationMask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (mask.Area == 0)
            throw new ArgumentException("The mask is empty. A mask prompt needs at least one pixel; leave it out.", nameof(mask));
        return new(new(Parts.Box, Parts.Points, Parts.PointLabels, Mask: mask));
    }
}
