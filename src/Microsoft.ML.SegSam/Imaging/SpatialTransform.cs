namespace Microsoft.ML.SegSam.Imaging;

/// <summary>
/// One rotation, scaling, shift and perhaps flip of an image within its place in the network's input, for its pixels, masks and boxes
/// alike.
/// </summary>
internal sealed class SpatialTransform
{
    private readonly ImageGeometry _geometry;
    private readonly double _cos, _sin, _scale, _shiftX, _shiftY; // about the center of the image's place, in its own pixels
    private readonly bool _isFlipped;

    public SpatialTransform(ImageGeometry geometry, double degrees, double scale, double shiftX, double shiftY, bool isFlipped)
    {
        _geometry = geometry;
        _scale = scale;
        _shiftX = shiftX;
        _shiftY = shiftY;
        _isFlipped = isFlipped;
        (_sin, _cos) = Math.SinCos(degrees * Math.PI / 180);
    }

    public static SpatialTransform Draw(Augmentation augmentation, ImageGeometry geometry, Random random)
    {
        double Either() => 2 * random.NextDouble() - 1;
        var (degrees, scale) = (augmentation.Rotation * Either(), Math.Pow(1 + augmentation.Scale, Either()));
        var x = augmentation.Translation * geometry.ScaledWidth * Either();
        var y = augmentation.Translation * geometry.ScaledHeight * Either();
        return new(geometry, degrees, scale, x, y, augmentation.Flips && random.Next(2) == 0);
    }

    /// <summary>Bilinear; what comes in from outside is the image's darkest level, so that the range of levels stays.</summary>
    public NetworkImage Move(NetworkImage image)
    {
        var (height, width) = (_geometry.ScaledHeight, _geometry.ScaledWidth);
        var (from, to, dark) = (image.Pixels, new byte[image.Pixels.Length], image.Pixels.Min());
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (sourceX, sourceY) = Source(x + 0.5, y + 0.5);
                var (left, top) = ((int)Math.Floor(sourceX -= 0.5), (int)Math.Floor(sourceY -= 0.5));
                var (right, low) = (sourceX - left, sourceY - top);
                for (var channel = 0; channel < 3; channel++)
                {
                    double Level(int atX, int atY) =>
                        (uint)atX < (uint)width && (uint)atY < (uint)height ? from[(atY * width + atX) * 3 + channel] : dark;
                    var level = (Level(left, top) * (1 - right) + Level(left + 1, top) * right) * (1 - low)
                        + (Level(left, top + 1) * (1 - right) + Level(left + 1, top + 1) * right) * low;
                    to[(y * width + x) * 3 + channel] = (byte)(level + 0.5);
                }
            }
        }

        return new(image.Geometry, to);
    }

    /// <summary>
    /// Nearest neighbor. An object too thin for the grid keeps the pixel under its center of mass, as when it is resized.
    /// </summary>
    /// <param name="mask">S x S bytes, 0 or 1, not empty.</param>
    /// <returns>null when the object left the picture.</returns>
    public byte[]? Move(byte[] mask)
    {
        var (height, width, size) = (_geometry.ScaledHeight, _geometry.ScaledWidth, _geometry.InputSize);
        int At(int x, int y) => (y + _geometry.OffsetY) * size + x + _geometry.OffsetX;
        var (moved, isEmpty) = (new byte[mask.Length], true);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (sourceX, sourceY) = Source(x + 0.5, y + 0.5);
                if (sourceX < 0 || sourceY < 0 || sourceX >= width || sourceY >= height || mask[At((int)sourceX, (int)sourceY)] == 0)
                    continue;
                (moved[At(x, y)], isEmpty) = (1, false);
            }
        }

        if (!isEmpty)
            return moved;
        var (centerX, centerY) = Target(CenterOf(mask));
        if (centerX < 0 || centerY < 0 || centerX >= width || centerY >= height)
            return null;
        moved[At((int)centerX, (int)centerY)] = 1;
        return moved;
    }

    /// <summary>
    /// A box in the network's frame that keeps its distances, scaled, from the object's outermost pixels; corners turned with the image
    /// would make it too large.
    /// </summary>
    /// <param name="before">Around the object's mask; <paramref name="after"/> around the moved one.</param>
    public float[] Move(float[] box, RegionBox before, RegionBox after)
    {
        var (left, top) = (_scale * (before.X0 - box[0]), _scale * (before.Y0 - box[1]));
        var (right, bottom) = (_scale * (box[2] - before.X1), _scale * (box[3] - before.Y1));
        if (_isFlipped)
            (left, right) = (right, left);
        float[] moved = [(float)(after.X0 - left), (float)(after.Y0 - top), (float)(after.X1 + right), (float)(after.Y1 + bottom)];
        // A box within its object may vanish where most of the object left the picture.
        return moved[2] > moved[0] && moved[3] > moved[1] ? moved : [after.X0, after.Y0, after.X1, after.Y1];
    }

    // Where a point of the changed picture was, both in pixels of the image's place.
    private (double X, double Y) Source(double x, double y)
    {
        var (centerX, centerY) = (_geometry.ScaledWidth / 2.0, _geometry.ScaledHeight / 2.0);
        var (dx, dy) = ((x - centerX - _shiftX) / _scale, (y - centerY - _shiftY) / _scale);
        var turned = _cos * dx + _sin * dy;
        return (centerX + (_isFlipped ? -turned : turned), centerY - _sin * dx + _cos * dy);
    }

    private (double X, double Y) Target((double X, double Y) point)
    {
        var (centerX, centerY) = (_geometry.ScaledWidth / 2.0, _geometry.ScaledHeight / 2.0);
        var (dx, dy) = (_isFlipped ? centerX - point.X : point.X - centerX, point.Y - centerY);
        return (centerX + _shiftX + _scale * (_cos * dx - _sin * dy), centerY + _shiftY + _scale * (_sin * dx + _cos * dy));
    }

    private (double X, double Y) CenterOf(byte[] mask)
    {
        var (count, sumX, sumY) = MaskGeometry.Moments(mask, _geometry.InputSize);
        return ((double)sumX / count + 0.5 - _geometry.OffsetX, (double)sumY / count + 0.5 - _geometry.OffsetY);
    }
}
