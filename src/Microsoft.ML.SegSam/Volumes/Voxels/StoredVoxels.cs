namespace Microsoft.ML.SegSam.Volumes.Voxels;

/// <summary>Voxels that lie in a file one after the other, i fastest: value = stored · slope + intercept.</summary>
/// <param name="bytes">The file that holds them, unpacked; owned.</param>
/// <param name="first">Where the first voxel begins.</param>
internal sealed class StoredVoxels(
    VoxelBytes bytes, long first, VoxelType type, bool isBigEndian, double slope, double intercept, int columns, int rows, int slices)
    : VoxelSource(columns, rows, slices, type.Samples())
{
    /// <summary>How voxels are stored.</summary>
    public VoxelType Type => type;

    protected override void ReadRows(int slice, int firstRow, Span<double> into)
    {
        var stored = new byte[into.Length / Samples * type.Bytes()];
        ReadStored(slice, firstRow, stored);
        type.Decode(stored, into);
        if (slope == 1 && intercept == 0)
            return;
        for (var i = 0; i < into.Length; i++)
            into[i] = into[i] * slope + intercept;
    }

    /// <summary>Whole rows of a slice as they are stored, but little end first.</summary>
    public void ReadStored(int slice, int firstRow, Span<byte> into)
    {
        bytes.Read(first + ((long)slice * Rows + firstRow) * Columns * type.Bytes(), into);
        if (isBigEndian)
            type.Reverse(into);
    }

    protected override void Close() => bytes.Dispose();
}
