namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Exact Euclidean distances from every pixel to the nearest pixel of a set, in time linear in the pixels.</summary>
/// <remarks>
/// Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions", Theory of Computing 8 (2012): along a line, each
/// pixel lies under one parabola for each pixel of the set; the lowest is the squared distance. Columns come first, then rows, and in
/// volumes slices.
/// </remarks>
internal sealed class DistanceTransform
{
    private readonly double[] _heights;
    private readonly int[] _apexes;
    private readonly double[] _starts;

    /// <param name="longestLine">Pixels of the longest line that will be transformed.</param>
    public DistanceTransform(int longestLine)
    {
        _heights = new double[longestLine];
        _apexes = new int[longestLine];
        _starts = new double[longestLine];
    }

    /// <param name="set">height·width pixels, row-major.</param>
    /// <param name="spacing">Spacing of the pixels; distances are in its unit.</param>
    /// <returns>A squared distance for each pixel; infinite if the set is empty.</returns>
    public static double[] Squared(ReadOnlySpan<bool> set, int height, int width, PixelSpacing spacing)
    {
        var squared = new double[set.Length];
        for (var i = 0; i < squared.Length; i++)
            squared[i] = set[i] ? 0 : double.PositiveInfinity;
        var lines = new DistanceTransform(Math.Max(height, width));
        for (var x = 0; x < width; x++)
            lines.Transform(squared.AsSpan(x), height, stride: width, spacing.Y);
        for (var y = 0; y < height; y++)
            lines.Transform(squared.AsSpan(y * width), width, stride: 1, spacing.X);
        return squared;
    }

    /// <summary>Adds a direction: squared distances within lower dimensions become those along a line as well.</summary>
    /// <param name="line">Begins with the first number of the line.</param>
    /// <param name="count">Numbers of the line, each <paramref name="stride"/> after the one before.</param>
    public void Transform(Span<double> line, int count, int stride, double spacing)
    {
        // The parabolas that are lowest somewhere: their apexes, and the position from which each is the lowest.
        var last = -1;
        for (var q = 0; q < count; q++)
        {
            _heights[q] = line[q * stride];
            if (double.IsInfinity(_heights[q]))
                continue;
            var start = double.NegativeInfinity;
            while (last >= 0 && (start = Crossing(_apexes[last], q, spacing)) <= _starts[last])
                last--;
            last++;
            (_apexes[last], _starts[last]) = (q, start);
        }

        for (int q = 0, lowest = 0; q < count && last >= 0; q++)
        {
            while (lowest < last && _starts[lowest + 1] < q)
                lowest++;
            var offset = (q - _apexes[lowest]) * spacing;
            line[q * stride] = offset * offset + _heights[_apexes[lowest]];
        }
    }

    // Where the parabola at q becomes lower than the parabola at p, which lies left of it; in pixels.
    private double Crossing(int p, int q, double spacing) =>
        (p + q) / 2d + (_heights[q] - _heights[p]) / (2 * spacing * spacing * (q - p));
}
