namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Walks along the edges between a mask's pixels and the background, the mask on the right.</summary>
/// <remarks>Pixels that touch at a corner are one region (8 neighbors, as in <see cref="MaskRegions"/>): its outline passes such a corner twice.</remarks>
internal static class ContourTracer
{
    private static readonly (int X, int Y)[] Directions = [(1, 0), (0, 1), (-1, 0), (0, -1)]; // right, down, left, up: each a right turn on

    /// <param name="mask">height x width pixels, row-major.</param>
    /// <returns>In the order in which they begin, row by row.</returns>
    public static IReadOnlyList<MaskContour> Trace(bool[] mask, int height, int width)
    {
        var contours = new List<MaskContour>();
        var seen = new bool[mask.Length]; // pixels whose upper edge was walked: every closed walk has one
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

            // The pixels ahead: of the four around this corner, left and right of the way on.
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
/// <param name="Polygon">
/// x y x y … of its corners, in pixels: corners of pixels, so that pixel (x, y) covers x to x + 1 and y to y + 1. The outline of a region runs clockwise
/// as seen on the screen, that of a hole counterclockwise; the last corner joins the first. The polygons cover the mask exactly.
/// </param>
/// <param name="IsHole">Whether it bounds a hole, not a region.</param>
public sealed record MaskContour(IReadOnlyList<int> Polygon, bool IsHole);
