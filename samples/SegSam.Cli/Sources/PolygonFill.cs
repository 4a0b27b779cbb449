namespace SegSam.Cli.Sources;

/// <summary>Rasterizes polygons.</summary>
/// <remarks>
/// A pixel belongs to a polygon if its center does, by the even-odd rule. A center on an edge belongs to the polygon to its right or below
/// it, so that of two polygons with a common edge exactly one gets the pixel. COCO's own code steps along edges by fifths of a pixel and
/// may
/// differ at edges.
/// </remarks>
internal static class PolygonFill
{
    /// <summary>Sets the pixels of a polygon and leaves the others unchanged; parts outside the image are ignored.</summary>
    /// <param name="corners">x y x y ...; pixel (x, y) covers x to x + 1 and y to y + 1.</param>
    public static void Fill(ReadOnlySpan<double> corners, Span<bool> pixels, int height, int width)
    {
        var crossings = new List<double>();
        for (var y = 0; y < height; y++)
        {
            crossings.Clear();
            var (center, count) = (y + 0.5, corners.Length / 2);
            for (var i = 0; i < count; i++)
            {
                var (x0, y0) = (corners[2 * i], corners[2 * i + 1]);
                var (x1, y1) = (corners[2 * ((i + 1) % count)], corners[2 * ((i + 1) % count) + 1]);
                if (y0 <= center != y1 <= center)
                    crossings.Add(x0 + (center - y0) / (y1 - y0) * (x1 - x0));
            }

            crossings.Sort();
            for (var i = 0; i + 1 < crossings.Count; i += 2)
            {
                // Centers from the left edge (inclusive) to the right edge (exclusive).
                var from = Math.Clamp(Math.Ceiling(crossings[i] - 0.5), 0, width);
                var to = Math.Clamp(Math.Ceiling(crossings[i + 1] - 0.5), 0, width);
                pixels.Slice(y * width + (int)from, (int)(to - from)).Fill(true);
            }
        }
    }
}
