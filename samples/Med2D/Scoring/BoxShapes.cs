namespace Med2D.Scoring;

/// <summary>Masks that need nothing but the box prompt: what a model must beat.</summary>
internal static class BoxShapes
{
    /// <summary>All pixels of the box.</summary>
    /// <param name="box">x0, y0, x1, y1 in pixels, right and bottom exclusive.</param>
    /// <returns>height·width pixels, row-major.</returns>
    public static bool[] Filled(IReadOnlyList<int> box, int height, int width) => Paint(box, height, width, (_, _) => true);

    /// <summary>The pixels whose centers lie in the ellipse that touches the box's four sides.</summary>
    /// <inheritdoc cref="Filled" path="/*[not(self::summary)]"/>
    public static bool[] Ellipse(IReadOnlyList<int> box, int height, int width)
    {
        var (radiusX, radiusY) = ((box[2] - box[0]) / 2.0, (box[3] - box[1]) / 2.0);
        return Paint(box, height, width, (x, y) =>
        {
            var (dx, dy) = ((x + 0.5 - box[0] - radiusX) / radiusX, (y + 0.5 - box[1] - radiusY) / radiusY);
            return dx * dx + dy * dy <= 1;
        });
    }

    private static bool[] Paint(IReadOnlyList<int> box, int height, int width, Func<int, int, bool> isInside)
    {
        var mask = new bool[height * width];
        for (var y = box[1]; y < box[3]; y++)
        {
            for (var x = box[0]; x < box[2]; x++)
                mask[y * width + x] = isInside(x, y);
        }

        return mask;
    }
}
