namespace Microsoft.ML.SegSam.Metrics.Volumes;

/// <summary>Exact distances from the voxels of one set to the nearest of another, in mm.</summary>
/// <remarks>
/// By the squared distances of all voxels of the box, an axis after the other (<see cref="DistanceTransform"/>). The box is worked on in
/// strips of columns, so that memory stays bounded: within a row the nearest voxel is found from its neighbors in the row alone.
/// </remarks>
internal static class SurfaceDistances
{
    private const int MostInMemory = 1 << 24; // numbers of a strip: 128 MB (our choice)

    /// <param name="to">In the same box.</param>
    /// <param name="spacing">Of the three axes.</param>
    /// <returns>One for each voxel of <paramref name="from"/>, ascending; infinite where <paramref name="to"/> is empty.</returns>
    public static double[] Between(VoxelSet from, VoxelSet to, (double X, double Y, double Z) spacing, int mostInMemory = MostInMemory)
    {
        var box = from.Box;
        var distances = new double[from.Count];
        var width = Math.Clamp(mostInMemory / Math.Max(1, box.Height * box.Depth), 1, box.Width);
        var squared = new double[checked(width * box.Height * box.Depth)];
        var lines = new DistanceTransform(Math.Max(box.Height, box.Depth));
        var count = 0;
        for (var left = 0; left < box.Width; left += width)
        {
            width = Math.Min(width, box.Width - left);
            var slice = width * box.Height;
            for (var z = 0; z < box.Depth; z++)
            {
                for (var y = 0; y < box.Height; y++)
                    AlongRow(to, left, y, z, spacing.X, squared.AsSpan(z * slice + y * width, width));
                for (var x = 0; x < width; x++)
                    lines.Transform(squared.AsSpan(z * slice + x), box.Height, width, spacing.Y);
            }

            for (var place = 0; place < slice; place++)
                lines.Transform(squared.AsSpan(place), box.Depth, slice, spacing.Z);
            for (var z = 0; z < box.Depth; z++)
            {
                for (var y = 0; y < box.Height; y++)
                {
                    for (var x = from.Next(left, y, z); x >= 0 && x < left + width; x = x + 1 < box.Width ? from.Next(x + 1, y, z) : -1)
                        distances[count++] = Math.Sqrt(squared[z * slice + y * width + x - left]);
                }
            }
        }

        Array.Sort(distances);
        return distances;
    }

    // Squared distances within a row: to the last voxel of the set before, and to the next one.
    private static void AlongRow(VoxelSet set, int left, int y, int z, double spacing, Span<double> into)
    {
        var next = set.Next(0, y, z);
        var before = -1;
        while (next >= 0 && next < left)
            (before, next) = (next, set.Next(next + 1, y, z));
        for (var x = left; x < left + into.Length; x++)
        {
            if (next >= 0 && next < x)
                (before, next) = (next, set.Next(x, y, z));
            var nearest = Math.Min(before < 0 ? double.PositiveInfinity : x - before, next < 0 ? double.PositiveInfinity : next - x);
            into[x - left] = nearest * spacing * (nearest * spacing);
        }
    }
}
