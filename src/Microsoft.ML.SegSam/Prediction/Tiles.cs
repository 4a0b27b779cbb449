using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>
/// A third look at an object that is large in its image's own pixels: the part of the image that it was found in, as 2 x 2 overlapping
/// tiles, each with what is known of the mask as its prompt (our choice). The masks together are twice as fine.
/// </summary>
internal static class Tiles
{
    private const double Share = 9.0 / 16; // of the part's sides that a tile covers: they overlap by an eighth
    private const double WorthIt = 1.25; // a part must have more pixels to a side than this many times the input
    private const float Nothing = -MaskGeometry.SureLogit / 2; // a tile without a pixel above that shows nothing of the object

    /// <summary>The tiles of what a look showed; none where it showed nearly all pixels that there are.</summary>
    public static IReadOnlyList<RegionBox> Of(ImageGeometry look)
    {
        var part = look.Part;
        if (Math.Max(part.Width, part.Height) <= WorthIt * look.InputSize)
            return [];
        var (width, height) = (Side(part.Width), Side(part.Height));
        return
        [
            .. from y in (int[])[part.Y0, part.Y1 - height]
               from x in (int[])[part.X0, part.X1 - width]
               select new RegionBox(x, y, x + width, y + height),
        ];

        static int Side(int side) => (int)Math.Ceiling(Share * side);
    }

    /// <summary>What is known of a mask in a tile, as logits in its frame; null where the tile shows nothing of the object.</summary>
    public static float[]? Known(LowResMask mask, ImageGeometry look, ImageGeometry tile)
    {
        var logits = MaskGeometry.Move(mask.Logits, mask.Side, look, tile);
        return logits.Max() > Nothing ? logits : null;
    }

    /// <summary>One mask of a look and of its tiles, twice as fine; tiles fade into each other where they overlap.</summary>
    public static LowResMask Merge(
        LowResMask mask, ImageGeometry look, IReadOnlyList<(LowResMask Mask, ImageGeometry Geometry)> tiles)
    {
        var side = 2 * mask.Side;
        var step = (double)look.InputSize / side;
        var logits = new float[side * side];
        for (var i = 0; i < logits.Length; i++)
        {
            var (x, y) = (look.ToOriginalX((i % side + 0.5) * step), look.ToOriginalY((i / side + 0.5) * step));
            var (sum, weights) = (0.0, 0.0);
            foreach (var (tile, geometry) in tiles)
            {
                var part = geometry.Part;
                var weight = Depth(x, part.X0, part.X1) * Depth(y, part.Y0, part.Y1);
                if (weight > 0)
                    (sum, weights) = (sum + weight * tile.At(geometry, x, y), weights + weight);
            }

            logits[i] = weights > 0 ? (float)(sum / weights) : mask.At(look, x, y);
        }

        return new(logits, side);
    }

    // How deep a place lies between two borders; 0 outside them.
    private static double Depth(double at, int from, int to) => Math.Max(0, Math.Min(at - from, to - at));
}
