using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>Specifies one object: any of a box, points, and the logits of an earlier prediction or a mask.</summary>
/// <param name="Box">x0, y0, x1, y1 in pixels; null without a box.</param>
/// <param name="Points">x, y of each point in pixels; empty without points.</param>
/// <param name="PointLabels">1 = on the object, 0 = on the background; one for each point.</param>
/// <param name="MaskLogits">Low-resolution logits; null without them.</param>
/// <param name="Mask">Instead of logits, a mask of the image's size, which becomes logits in the network's frame; null without one.</param>
/// <param name="Frame">The frame of the logits, of the whole image or of a part of it; null: that of the whole image.</param>
/// <param name="Earlier">What the logits are the answer to; null for all other masks.</param>
internal sealed record Prompt(
    float[]? Box = null,
    float[]? Points = null,
    float[]? PointLabels = null,
    float[]? MaskLogits = null,
    [property: JsonIgnore] SegmentationMask? Mask = null,
    [property: JsonIgnore] ImageGeometry? Frame = null,
    [property: JsonIgnore] AskedPrompt? Earlier = null)
{
    private const double LeastShared = 0.2; // of a box's area, on the image

    private const string NotLogits = "expected logits, above 0 on the object and below 0 elsewhere, "
        + "found a mask or probabilities, none below 0; for a mask, use SegSamPrompt.AndMask(SegmentationMask)";

    public float[] Points { get; } = Points ?? [];

    public float[] PointLabels { get; } = PointLabels ?? [];

    public int PointCount => Points.Length / 2;

    /// <summary>x, y of each point with label 1.</summary>
    public float[] PointsOnObject =>
        [.. Enumerable.Range(0, PointCount).Where(i => PointLabels[i] == 1).SelectMany(i => Points.Skip(2 * i).Take(2))];

    public bool IsEmpty => Box is null && Points.Length == 0 && MaskLogits is null && Mask is null;

    /// <summary>What is wrong with the prompt for an image of this size; null if nothing is.</summary>
    /// <remarks>
    /// A box may extend beyond the image, as detectors' boxes do, but a fifth of it must lie on it (our choice: less is a slip, such as
    /// pixels of another size); points must lie on it. Nothing is clamped.
    /// </remarks>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="maskSide">Side of the low-resolution logits that the network reads.</param>
    /// <returns>The part that is wrong ("Box", "Points", "PointLabels", "MaskPrompt") and the problem in words.</returns>
    public (string Part, string Problem)? Check(int height, int width, int maskSide)
    {
        if (Box is not null)
        {
            var text = $"({string.Join(", ", Box.Select(Text))}) on an image {width} wide and {height} high";
            if (Box is not [var x0, var y0, var x1, var y1])
                return ("Box", $"expected 4 numbers x0 y0 x1 y1 in pixels, found {Box.Length}");
            if (!Box.All(float.IsFinite))
                return ("Box", $"expected finite numbers, found {text}");
            if (x1 <= x0 || y1 <= y0)
                return ("Box", $"expected x0 < x1 and y0 < y1, found {text}");
            if (Shared(x0, x1, width) * Shared(y0, y1, height) < LeastShared)
            {
                return ("Box", "expected a box that overlaps the image by at least a fifth of its area, "
                    + $"found {text}; the numbers must be pixels of the original image");
            }
        }

        if (Points.Length % 2 != 0)
            return ("Points", $"expected pairs x y, found {Points.Length} numbers");
        if (PointLabels.Length != PointCount)
            return ("PointLabels", $"expected one label for each of the {PointCount} points, found {PointLabels.Length}");
        for (var i = 0; i < PointCount; i++)
        {
            var (x, y) = (Points[2 * i], Points[2 * i + 1]);
            if (!(x >= 0 && y >= 0 && x <= width && y <= height))
                return ("Points", $"expected points on the image, {width} wide and {height} high, found ({Text(x)}, {Text(y)})");
            if (PointLabels[i] is not (0 or 1))
                return ("PointLabels", $"expected 1 (object) or 0 (background), found {Text(PointLabels[i])}");
        }

        if (Mask is not null && (Mask.Height, Mask.Width) != (height, width))
            return ("MaskPrompt", $"expected a mask of the image's size, {width} x {height} pixels, found {Mask.Width} x {Mask.Height}");
        if (Frame is { } frame && (frame.OriginalHeight, frame.OriginalWidth) != (height, width))
        {
            return ("MaskPrompt", $"expected a prediction for an image of {width} x {height} pixels, "
                + $"found one for {frame.OriginalWidth} x {frame.OriginalHeight}");
        }

        if (MaskLogits is not null && MaskLogits.Length != maskSide * maskSide)
        {
            return ("MaskPrompt",
                $"expected {maskSide} x {maskSide} = {maskSide * maskSide} logits of an earlier prediction, found {MaskLogits.Length}");
        }

        if (MaskLogits is not null && !MaskLogits.All(float.IsFinite))
            return ("MaskPrompt", "expected finite logits, found NaN or infinity");
        return null;
    }

    /// <summary>
    /// The same, and whether the mask prompt can be logits at all: for prompts that reach the network as they are. In training they do
    /// not.
    /// </summary>
    /// <inheritdoc cref="Check"/>
    public (string Part, string Problem)? CheckAll(int height, int width, int maskSide) => Check(height, width, maskSide) ??
        (MaskLogits is not null && CannotBeLogits(MaskLogits) ? ("MaskPrompt", NotLogits) : null);

    // True for a mask (two levels, such as 0 and 1 or 0 and 255) and for probabilities: as logits, their background would be undecided.
    private static bool CannotBeLogits(ReadOnlySpan<float> values)
    {
        var (low, high, hasTwoLevels) = (float.PositiveInfinity, float.NegativeInfinity, true);
        foreach (var value in values)
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        foreach (var value in values)
            hasTwoLevels &= value == low || value == high;
        return low >= 0 && high > low && (hasTwoLevels || (high <= 1 && high - low > 0.5f));
    }

    /// <summary>How the prompt contradicts the true mask of its object: the kind of contradiction, and what was found.</summary>
    /// <param name="mask">height x width bytes, non-zero = object, not empty.</param>
    public IEnumerable<(string Part, string Kind, string Found)> DoubtsAbout(byte[] mask, int height, int width)
    {
        if (Box is [var x0, var y0, var x1, var y1])
        {
            var tight = MaskRegions.Box(mask, height, width)!.Value;
            var text = $"box ({string.Join(", ", Box.Select(Text))}), its mask lies in ({tight.X0}, {tight.Y0}, {tight.X1}, {tight.Y1})";
            var (isSize, isCorner) = (Near(x1, tight.Width) && Near(y1, tight.Height), Near(x1, tight.X1) && Near(y1, tight.Y1));
            if (Near(x0, tight.X0) && Near(y0, tight.Y0) && isSize && !isCorner)
                yield return ("Box", "boxes are x y width height where x0 y0 x1 y1 is expected", text);
            else if (2 * Inside(mask, width, x0, y0, x1, y1) < mask.AsSpan().Count((byte)1))
                yield return ("Box", "boxes hold less than half of their masks", text);
        }

        for (var i = 0; i < PointCount; i++)
        {
            var (x, y) = (Points[2 * i], Points[2 * i + 1]);
            var isOn = mask[Math.Min((int)y, height - 1) * width + Math.Min((int)x, width - 1)] != 0;
            if (isOn != (PointLabels[i] == 1))
            {
                var kind = isOn ? "points labeled 0 (background) lie on their masks" : "points labeled 1 (object) lie beside their masks";
                yield return ("Points", kind, $"point ({Text(x)}, {Text(y)})");
            }
        }

        if (MaskLogits is not null && CannotBeLogits(MaskLogits))
            yield return ("MaskPrompt", "mask prompts are masks or probabilities where logits are expected", "nothing is negative");
    }

    /// <summary>
    /// The prompt without the mask of an earlier answer that adds nothing: the prompt holds all that was asked then about the same image.
    /// </summary>
    /// <param name="image">Identifies the image.</param>
    public Prompt WithoutOwnAnswer(string image) => Earlier is { } earlier && earlier.Image == image && Holds(earlier.Prompt)
        ? new(Box, Points, PointLabels) : this;

    private bool Holds(Prompt other)
    {
        return other.MaskLogits is null && other.Mask is null
            && (other.Box is null || Box?.SequenceEqual(other.Box) is true)
            && Clicks(other).All(Clicks(this).Contains);

        static IEnumerable<(float, float, float)> Clicks(Prompt prompt) => Enumerable.Range(0, prompt.PointCount)
            .Select(i => (prompt.Points[2 * i], prompt.Points[2 * i + 1], prompt.PointLabels[i]));
    }

    /// <summary>The prompt in the frame of the network's input; logits move to the part it shows.</summary>
    /// <param name="whole">The geometry of the whole image.</param>
    public Prompt ToNetwork(ImageGeometry geometry, ImageGeometry whole) => new(
        Box is null ? null : Move(Box, geometry), Move(Points, geometry), PointLabels,
        Mask is not null ? Logits(Mask, geometry)
        : MaskLogits is null || (Frame ?? whole).Part.Equals(geometry.Part) ? MaskLogits
        : MaskGeometry.Move(MaskLogits, geometry.InputSize / MaskGeometry.Stride, Frame ?? whole, geometry));

    /// <summary>The prompt in the frame of the network's input, which shows the whole image; logits stay as they are.</summary>
    public Prompt ToNetwork(ImageGeometry whole) => ToNetwork(whole, whole);

    // Each of the network's low-resolution pixels is as sure as the mask covers it.
    private static float[] Logits(SegmentationMask mask, ImageGeometry geometry)
    {
        var input = MaskGeometry.ToNetwork(MemoryMarshal.AsBytes<bool>(mask.ToPixels()), geometry);
        return Array.ConvertAll(MaskGeometry.Coverage(input, geometry.InputSize), MaskGeometry.LogOdds);
    }

    private static bool Near(float value, int expected) => Math.Abs(value - expected) <= 1;

    // Pixels of the mask whose centers lie in a box.
    private static long Inside(byte[] mask, int width, float x0, float y0, float x1, float y1)
    {
        var count = 0L;
        for (var i = 0; i < mask.Length; i++)
        {
            var (y, x) = (i / width + 0.5f, i % width + 0.5f);
            count += mask[i] != 0 && x >= x0 && x < x1 && y >= y0 && y < y1 ? 1 : 0;
        }

        return count;
    }

    // The share of a side that lies on the image.
    private static double Shared(double from, double to, int size) => Math.Max(0, Math.Min(to, size) - Math.Max(from, 0)) / (to - from);

    private static string Text(float number) => number.ToString(CultureInfo.InvariantCulture);

    private static float[] Move(float[] coordinates, ImageGeometry geometry) =>
        [.. coordinates.Select((value, i) => i % 2 == 0 ? geometry.ToNetworkX(value) : geometry.ToNetworkY(value))];
}

/// <summary>What was asked.</summary>
/// <param name="Image">Identifies the image.</param>
internal sealed record AskedPrompt(Prompt Prompt, string Image);
