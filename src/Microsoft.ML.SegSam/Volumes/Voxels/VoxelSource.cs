namespace Microsoft.ML.SegSam.Volumes.Voxels;

/// <summary>The values of a volume, read by position in the order of the file. Many threads may read at once.</summary>
internal abstract class VoxelSource(int columns, int rows, int slices, int samples) : IDisposable
{
    private volatile bool _isClosed;

    /// <summary>Voxels on the first axis, i.</summary>
    public int Columns => columns;

    /// <summary>Voxels on the second axis, j.</summary>
    public int Rows => rows;

    /// <summary>Voxels on the third axis, k.</summary>
    public int Slices => slices;

    /// <summary>Numbers of a voxel: 3 for colors, else 1.</summary>
    public int Samples => samples;

    /// <summary>Reads whole rows of a slice.</summary>
    /// <param name="slice">k.</param>
    /// <param name="firstRow">The first j.</param>
    /// <param name="into">Columns · Samples numbers for each row.</param>
    /// <exception cref="InvalidDataException">What is stored there is damaged.</exception>
    /// <exception cref="ObjectDisposedException">The volume was closed.</exception>
    public void Read(int slice, int firstRow, Span<double> into)
    {
        if (_isClosed)
            throw new ObjectDisposedException("MedicalVolume", "The volume was closed by Dispose; load it again.");
        ReadRows(slice, firstRow, into);
    }

    /// <summary>A whole slice: Columns · Rows · Samples numbers, i fastest.</summary>
    public double[] ReadSlice(int slice)
    {
        var values = new double[columns * rows * samples];
        Read(slice, 0, values);
        return values;
    }

    public void Dispose()
    {
        _isClosed = true;
        Close();
    }

    protected abstract void ReadRows(int slice, int firstRow, Span<double> into);

    protected virtual void Close()
    {
    }
}
