using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>The values of a DICOM volume. Files are opened as slices are read; the last slice is kept.</summary>
internal sealed class DicomVoxels(DicomVolume volume, string temporaryFolder)
    : VoxelSource(
        volume.Slices[0].Format.Columns, volume.Slices[0].Format.Rows, volume.Slices.Count, volume.Slices[0].Format.IsColor ? 3 : 1)
{
    private readonly Lock _gate = new();
    private (int Slice, double[] Values) _last = (-1, []);

    protected override void ReadRows(int slice, int firstRow, Span<double> into)
    {
        double[] values;
        lock (_gate)
        {
            if (_last.Slice != slice)
                _last = (slice, ReadWhole(volume.Slices[slice]));
            values = _last.Values;
        }

        values.AsSpan(firstRow * Columns * Samples, into.Length).CopyTo(into);
    }

    private double[] ReadWhole(DicomSlice slice)
    {
        using var image = DicomImage.Open(slice.Path, temporaryFolder);
        if (image.Format != slice.Format)
            throw new InvalidDataException($"'{slice.Path}' changed since it was listed.");
        return image.Numbers(slice.Frame);
    }
}
