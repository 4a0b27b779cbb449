using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>
/// The part of an image that the network sees instead of the whole where an object is small (our choice: at SAM's resolution small
/// objects have a few pixels, and their masks fewer). Parts are square where the image is large enough.
/// </summary>
internal static class Zoom
{
    private const int LeastSide = 32; // pixels of the original image: below, there is nothing more to see
    private const double Share = 0.4; // of the part's side that the object takes up at prediction
    private const double Least = 0.25, Most = 0.95; // of the shares in training
    private const double WorthIt = 0.75; // a part must be smaller than this share of the image's longest side

    /// <summary>The part around an object for prediction; null where the whole image serves as well.</summary>
    /// <param name="box">x0 y0 x1 y1 of the object, in pixels of the original image.</param>
    /// <param name="points">x y of each point of the prompt; all stay in the part.</param>
    public static RegionBox? Around(float[] box, float[] points, int height, int width)
    {
        var side = Math.Max(LeastSide, Math.Max(box[2] - box[0], box[3] - box[1]) / Share);
        var (centerX, centerY) = ((box[0] + box[2]) / 2.0, (box[1] + box[3]) / 2.0);
        for (var i = 0; i < points.Length; i += 2)
        {
            var reach = Math.Max(Math.Abs(points[i] - centerX), Math.Abs(points[i + 1] - centerY));
            side = Math.Max(side, 2 * (reach + 1));
        }

        return side < WorthIt * Math.Max(height, width) ? Part(centerX, centerY, side, height, width) : null;
    }

    /// <summary>A random part that holds an object, for training; null for the whole image.</summary>
    /// <param name="box">Around the object, in pixels of the original image.</param>
    public static RegionBox? Draw(RegionBox box, int height, int width, Random random)
    {
        var share = Least * Math.Pow(Most / Least, random.NextDouble());
        var (longest, shiftX, shiftY) = (Math.Max(box.Width, box.Height), 2 * random.NextDouble() - 1, 2 * random.NextDouble() - 1);
        var side = Math.Max(LeastSide, longest / share);
        if (side >= WorthIt * Math.Max(height, width))
            return null;
        // Up to half of the room on each side, so that objects are not always in the middle.
        var centerX = (box.X0 + box.X1) / 2.0 + shiftX * (side - box.Width) / 4;
        var centerY = (box.Y0 + box.Y1) / 2.0 + shiftY * (side - box.Height) / 4;
        return Part(centerX, centerY, side, height, width);
    }

    /// <summary>The part around what a first look found; null where it found nothing, or where the whole image serves as well.</summary>
    public static RegionBox? Around(MaskPrediction found, float[] points)
    {
        var (logits, side) = found.Binary;
        var box = MaskRegions.LargestBox([.. logits.Select(logit => logit > 0 ? (byte)1 : (byte)0)], side, side);
        if (box is not { } object_)
            return null;
        var (geometry, step) = (found.Geometry, (double)found.Geometry.InputSize / side);
        float[] original =
        [
            (float)geometry.ToOriginalX(object_.X0 * step), (float)geometry.ToOriginalY(object_.Y0 * step),
            (float)geometry.ToOriginalX(object_.X1 * step), (float)geometry.ToOriginalY(object_.Y1 * step),
        ];
        return Around(original, points, geometry.OriginalHeight, geometry.OriginalWidth);
    }

    // Shifted into the image, so that nothing is padded but where the image is smaller.
    private static RegionBox Part(double centerX, double centerY, double side, int height, int width)
    {
        var (partHeight, partWidth) = (Math.Min(height, (int)Math.Ceiling(side)), Math.Min(width, (int)Math.Ceiling(side)));
        var x = Math.Clamp((int)Math.Round(centerX - partWidth / 2.0), 0, width - partWidth);
        var y = Math.Clamp((int)Math.Round(centerY - partHeight / 2.0), 0, height - partHeight);
        return new(x, y, x + partWidth, y + partHeight);
    }
}
