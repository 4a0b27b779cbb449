using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>Figures of all voxels of a volume, in passes over it, one slice in memory.</summary>
internal static class VolumeStatistics
{
    private const int Bins = 1 << 16;

    /// <summary>The least and the largest finite value; 0 and 0 where there is none.</summary>
    public static (double Low, double High) Range(VoxelSource voxels)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in Finite(voxels))
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        return low <= high ? (low, high) : (0, 0);
    }

    /// <summary>
    /// Percentiles of the values above 0, of all values where none is; linear between ranks, as numpy, and exact.
    /// </summary>
    public static double[] ForegroundPercentiles(VoxelSource voxels, params double[] percents)
    {
        var (count, low, high) = Extent(voxels, onlyAbove: true);
        var onlyAbove = count > 0;
        if (!onlyAbove)
            (count, low, high) = Extent(voxels, onlyAbove: false);
        if (count == 0)
            return new double[percents.Length];
        int Bin(double value) => high > low ? (int)Math.Min(Bins - 1, (value - low) / (high - low) * Bins) : 0;

        // How many values lie in each bin; then, of the bins that hold a wanted rank, how often each value occurs.
        var histogram = new long[Bins];
        foreach (var value in Finite(voxels).Where(value => !onlyAbove || value > 0))
            histogram[Bin(value)]++;
        double[] ranks = [.. percents.Select(percent => percent / 100 * (count - 1))];
        long[] wanted = [.. ranks.SelectMany(rank => new[] { (long)rank, Math.Min((long)rank + 1, count - 1) }).Distinct()];
        var (first, bins) = (new long[Bins + 1], new HashSet<int>());
        for (var bin = 0; bin < Bins; bin++)
        {
            first[bin + 1] = first[bin] + histogram[bin];
            if (wanted.Any(rank => rank >= first[bin] && rank < first[bin + 1]))
                bins.Add(bin);
        }

        var occurrences = bins.ToDictionary(bin => bin, _ => new SortedDictionary<double, long>());
        foreach (var value in Finite(voxels).Where(value => !onlyAbove || value > 0))
        {
            if (occurrences.TryGetValue(Bin(value), out var values))
                values[value] = values.GetValueOrDefault(value) + 1;
        }

        return [.. ranks.Select(Interpolated)];

        double Interpolated(double rank)
        {
            var below = (long)rank;
            var (a, b) = (At(below), At(Math.Min(below + 1, count - 1)));
            return a + (rank - below) * (b - a);
        }

        double At(long rank)
        {
            var bin = bins.First(bin => rank >= first[bin] && rank < first[bin + 1]);
            var at = first[bin];
            foreach (var (value, times) in occurrences[bin])
            {
                at += times;
                if (rank < at)
                    return value;
            }

            throw new InvalidDataException("The volume changed while it was read.");
        }
    }

    private static (long Count, double Low, double High) Extent(VoxelSource voxels, bool onlyAbove)
    {
        var (count, low, high) = (0L, double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in Finite(voxels).Where(value => !onlyAbove || value > 0))
            (count, low, high) = (count + 1, Math.Min(low, value), Math.Max(high, value));
        return (count, low, high);
    }

    private static IEnumerable<double> Finite(VoxelSource voxels) =>
        Enumerable.Range(0, voxels.Slices).SelectMany(voxels.ReadSlice).Where(double.IsFinite);
}
