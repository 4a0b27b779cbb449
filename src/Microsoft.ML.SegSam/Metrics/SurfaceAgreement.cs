namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How closely the outlines of two masks agree.</summary>
/// <param name="Nsd">Share of both boundaries' pixels within the tolerance of the other boundary, from 0 to 1.</param>
/// <param name="Hd95">The larger of both directions' 95th percentiles of distances; infinite where one mask is empty.</param>
/// <remarks>
/// As MONAI defines them in 2-D: boundaries are pixels (<see cref="MaskWindow.BoundaryOf"/>) that count alike, and percentiles are
/// interpolated linearly between neighboring ranks. Empty masks (our choice): two of them agree perfectly, one is a miss.
/// </remarks>
internal readonly record struct SurfaceAgreement(double Nsd, double Hd95)
{
    /// <summary>One of the masks is empty, so there is no distance to measure.</summary>
    public static readonly SurfaceAgreement Missed = new(0, double.PositiveInfinity);

    private static readonly SurfaceAgreement Perfect = new(1, 0);

    /// <param name="predicted">H·W pixels, row-major.</param>
    /// <param name="truth">As many pixels, in the same order.</param>
    /// <param name="width">W.</param>
    /// <exception cref="ArgumentException">The masks differ in length, or do not consist of whole rows.</exception>
    public static SurfaceAgreement Between(ReadOnlySpan<bool> predicted, ReadOnlySpan<bool> truth, int width, SurfaceRuler ruler)
    {
        if (predicted.Length != truth.Length || predicted.Length % width != 0)
        {
            throw new ArgumentException(FormattableString.Invariant($"Masks of {predicted.Length} and {truth.Length} pixels in rows of ")
                + FormattableString.Invariant($"{width} cannot be compared; bring both to one size."));
        }

        var window = MaskWindow.Around(predicted, truth, width);
        if (window.IsEmpty)
            return Perfect;
        bool[] ofPredicted = window.BoundaryOf(predicted, width), ofTruth = window.BoundaryOf(truth, width);
        var toTruth = Distances(ofPredicted, ofTruth, window, ruler.Spacing);
        var toPredicted = Distances(ofTruth, ofPredicted, window, ruler.Spacing);
        if (toTruth.Length == 0 || toPredicted.Length == 0)
            return Missed;
        var within = toTruth.Count(ruler.IsWithin) + toPredicted.Count(ruler.IsWithin);
        return new((double)within / (toTruth.Length + toPredicted.Length), Math.Max(Percentile95(toTruth), Percentile95(toPredicted)));
    }

    // From each pixel of one boundary to the other boundary, ascending.
    private static double[] Distances(bool[] from, bool[] to, MaskWindow window, PixelSpacing spacing)
    {
        var squared = DistanceTransform.Squared(to, window.Height, window.Width, spacing);
        var distances = squared.Where((_, i) => from[i]).Select(Math.Sqrt).ToArray();
        Array.Sort(distances);
        return distances;
    }

    /// <summary>Linear between ranks.</summary>
    /// <param name="ascending">At least one.</param>
    public static double Percentile95(ReadOnlySpan<double> ascending)
    {
        var rank = 0.95 * (ascending.Length - 1);
        var below = (int)rank;
        var above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + (rank - below) * (ascending[above] - ascending[below]);
    }
}
