using System.Globalization;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>What points out one object: any of a box, clicks and the logits of an earlier answer.</summary>
/// <param name="Box">x0, y0, x1, y1 in pixels; null without a box.</param>
/// <param name="Points">x, y of each click in pixels; empty without clicks.</param>
/// <param name="PointLabels">1 = on the object, 0 = on the background; one for each click.</param>
/// <param name="MaskLogits">Low-resolution logits; null without.</param>
internal sealed record Prompt(float[]? Box = null, float[]? Points = null, float[]? PointLabels = null, float[]? MaskLogits = null)
{
    public float[] Points { get; } = Points ?? [];

    public float[] PointLabels { get; } = PointLabels ?? [];

    public int PointCount => Points.Length / 2;

    public bool IsEmpty => Box is null && Points.Length == 0 && MaskLogits is null;

    /// <summary>What is wrong with the prompt for an image of this size; null when nothing is.</summary>
    /// <remarks>A box may reach beyond the image, as detectors' boxes do, but must overlap it; clicks must lie on it. Nothing is clamped.</remarks>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="maskSide">Side of the low-resolution logits that the network takes.</param>
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
            if (x1 <= 0 || y1 <= 0 || x0 >= width || y0 >= height)
                return ("Box", $"expected a box that overlaps the image, found {text}; the numbers must be pixels of the original image");
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

        if (MaskLogits is not null && MaskLogits.Length != maskSide * maskSide)
            return ("MaskPrompt", $"expected {maskSide} x {maskSide} = {maskSide * maskSide} logits of an earlier answer, found {MaskLogits.Length}");
        return MaskLogits is not null && !MaskLogits.All(float.IsFinite) ? ("MaskPrompt", "expected finite logits, found NaN or infinity") : null;
    }

    /// <summary>The prompt in the frame of the network's input; logits stay as they are.</summary>
    public Prompt ToNetwork(ImageGeometry geometry) => new(Box is null ? null : Move(Box, geometry), Move(Points, geometry), PointLabels, MaskLogits);

    private static string Text(float number) => number.ToString(CultureInfo.InvariantCulture);

    private static float[] Move(float[] coordinates, ImageGeometry geometry) =>
        [.. coordinates.Select((value, i) => i % 2 == 0 ? geometry.ToNetworkX(value) : geometry.ToNetworkY(value))];
}
