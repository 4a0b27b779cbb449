namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Follows the edges between a mask's pixels and the background, with the mask on the right.</summary>
/// <remarks>
/// Pixels that touch at a corner belong to one region (8 neighbors, as in <see cref="MaskRegions"/>): its outline passes such a corner
/// twice.
/// </remarks>
internal static class ContourTracer
{
    // right, down, left, up: each is a right turn from the one before
    private static readonly (int X, int Y)[] Directions = [(1, 0), (0, 1), (-1, 0), (0, -1)];

    /// <param name="mask">height x width pixels, row-major.</param>
    /// <returns>The outlines, in the order of their first pixels, row by row.</returns>
    public static IReadOnlyList<MaskContour> Trace(bool[] mask, int height, int width)
    {
        var contours = new List<MaskContour>();
        var seen = new bool[mask.Length]; // pixels whose upper edge was visited: every closed outline has one
        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i] && !seen[i] && (i < width || !mask[i - width]))
                contours.Add(Walk(mask, height, width, i % width, i / width, seen));
        }

        return contours;
    }

    private static MaskContour Walk(bool[] mask, int height, int width, int startX, int startY, bool[] seen)
    {
        var polygon = new List<int>();
        var (x, y, direction, doubleArea) = (startX, startY, 0, 0L);
        do
        {
            if (direction == 0)
                seen[y * width + x] = true;
            var (stepX, stepY) = Directions[direction];
            doubleArea += (long)x * stepY - (long)y * stepX;
            (x, y) = (x + stepX, y + stepY);

            // The pixels ahead, to the left and to the right: two of the four around this corner.
            var left = At(x + (stepX - 1 + stepY) / 2, y + (stepY - 1 - stepX) / 2);
            var right = At(x + (stepX - 1 - stepY) / 2, y + (stepY - 1 + stepX) / 2);
            var turn = left ? 3 : right ? 0 : 1;
            if (turn == 0)
                continue;
            polygon.AddRange([x, y]);
            direction = (direction + turn) % 4;
        }
        while ((x, y, direction) != (startX, startY, 0));

        return new(polygon, doubleArea < 0);

        bool At(int column, int row) => column >= 0 && row >= 0 && column < width && row < height && mask[row * width + column];
    }
}

/// <summary>One closed outline of a mask.</summary>
/// <param name="Polygon">As <see cref="SegmentationMask.Contours"/> returns it.</param>
/// <param name="IsHole">Whether it bounds a hole instead of a region.</param>
internal sealed record MaskContour(IReadOnlyList<int> Polygon, bool IsHole);
