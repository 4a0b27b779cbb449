using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Tiff;

/// <summary>The values of a stack of pages. Pages are unpacked as slices are read; the last one is kept.</summary>
/// <param name="bytes">The file; owned.</param>
internal sealed class TiffVoxels(VoxelBytes bytes, IReadOnlyList<TiffPage> pages, bool isBigEndian)
    : VoxelSource(pages[0].Format.Width, pages[0].Format.Height, pages.Count, pages[0].Format.Kept)
{
    private readonly Lock _gate = new();
    private (int Slice, double[] Values) _last = (-1, []);

    protected override void ReadRows(int slice, int firstRow, Span<double> into)
    {
        double[] values;
        lock (_gate)
        {
            if (_last.Slice != slice)
                _last = (slice, TiffBlocks.Read(pages[slice], bytes, isBigEndian));
            values = _last.Values;
        }

        values.AsSpan(firstRow * Columns * Samples, into.Length).CopyTo(into);
    }

    protected override void Close() => bytes.Dispose();
}
