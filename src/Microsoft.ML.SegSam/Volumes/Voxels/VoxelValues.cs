namespace Microsoft.ML.SegSam.Volumes.Voxels;

/// <summary>The values of a single slice, in memory.</summary>
internal sealed class VoxelValues(double[] values, int columns, int rows, int samples) : VoxelSource(columns, rows, slices: 1, samples)
{
    protected override void ReadRows(int slice, int firstRow, Span<double> into) =>
        values.AsSpan(firstRow * Columns * Samples, into.Length).CopyTo(into);
}
