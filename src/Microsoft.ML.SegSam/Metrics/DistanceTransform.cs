namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Exact Euclidean distances from every pixel to the nearest pixel of a set, in time linear in the pixels.</summary>
/// <remarks>
/// Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions", Theory of Computing 8 (2012): along a line, each
/// pixel lies under a parabola from every other; the lowest of them is the squared distance. First the columns, then the rows.
/// </remarks>
internal sealed class DistanceTransform
{
    private readonly double[] _heights;
    private readonly int[] _apexes;
    private readonly double[] _starts;

    private DistanceTransform(int longestLine) =>
        (_heights, _apexes, _starts) = (new double[longestLine], new int[longestLine], new double[longestLine]);

    /// <param name="set">height·width pixels, row-major.</param>
    /// <param name="spacing">Of the pixels; distances are in its unit.</param>
    /// <returns>As many squared distances; infinite where the set is empty.</returns>
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

    private void Transform(Span<double> line, int count, int stride, double spacing)
    {
        // The parabolas that are lowest somewhere: where they sit, and from which pixel on each is the lowest.
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

    // Where the parabola at q gets lower than that at p, which is left of it; in pixels.
    private double Crossing(int p, int q, double spacing) =>
        (p + q) / 2d + (_heights[q] - _heights[p]) / (2 * spacing * spacing * (q - p));
}
