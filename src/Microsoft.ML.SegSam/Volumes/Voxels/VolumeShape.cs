namespace Microsoft.ML.SegSam.Volumes.Voxels;

/// <summary>How many voxels a volume has on each axis, and how many volumes follow one another in the file.</summary>
internal readonly record struct VolumeShape(int Columns, int Rows, int Slices, int Times)
{
    private const long MostVoxelsOfFile = long.MaxValue / 16; // so that no count of bytes overflows
    private const int MostPixels = int.MaxValue / 4; // of a slice, which is one array of numbers

    /// <summary>Of one volume.</summary>
    public long Voxels => (long)Columns * Rows * Slices;

    /// <param name="sizes">The axes of the file, the fastest first; a fourth is time.</param>
    /// <param name="mostVoxels">Of one volume; more are refused.</param>
    /// <exception cref="InvalidDataException">A size is below 1, or too large.</exception>
    /// <exception cref="NotSupportedException">There are more than four axes.</exception>
    public static VolumeShape Of(IReadOnlyList<long> sizes, long mostVoxels)
    {
        var count = sizes.Count;
        while (count > 4 && sizes[count - 1] == 1)
            count--;
        if (count > 4)
        {
            throw new NotSupportedException($"The file has {count} dimensions, {string.Join(" x ", sizes)}: vectors at each voxel are not "
                + "read. Expected three, or four with time as the last.");
        }

        long At(int axis) => axis < count ? sizes[axis] : 1;
        for (var axis = 0; axis < 4; axis++)
        {
            if (At(axis) is < 1 or > VolumeLimits.Side)
                throw new InvalidDataException($"Dimension {axis + 1} has the size {At(axis)}; expected 1 to {VolumeLimits.Side}.");
        }

        var voxels = At(0) * At(1) * At(2); // at most 2^48
        if (voxels > mostVoxels)
        {
            throw new InvalidDataException($"The volume has {At(0)} x {At(1)} x {At(2)} voxels; at most {mostVoxels} are read. "
                + "If the file is right, set MedicalVolumeOptions.MaxVoxels.");
        }

        if (At(0) * At(1) > MostPixels || voxels > MostVoxelsOfFile / At(3))
            throw new InvalidDataException($"A slice has {At(0)} x {At(1)} voxels; expected at most {MostPixels}.");
        return new((int)At(0), (int)At(1), (int)At(2), (int)At(3));
    }
}
