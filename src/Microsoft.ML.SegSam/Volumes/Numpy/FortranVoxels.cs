using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Numpy;

/// <summary>
/// The voxels of an array whose first index, the slice, is the fastest in the file. Each pass over the file gathers as many slices as fit
/// into a part of memory, so that slices read one after the other take few passes.
/// </summary>
/// <param name="bytes">Owned; all numbers are there.</param>
/// <param name="number">How a number is stored.</param>
internal sealed class FortranVoxels(VoxelBytes bytes, long first, VoxelType number, bool isBigEndian, VolumeShape shape, int samples)
    : VoxelSource(shape.Columns, shape.Rows, shape.Slices, samples)
{
    private const int MostHeld = 32 << 20, Block = 1 << 20;
    private readonly Lock _gate = new();
    private readonly int _size = number.Bytes();
    private int _from;
    private byte[][] _held = [];

    protected override void ReadRows(int slice, int firstRow, Span<double> into)
    {
        var stored = new byte[into.Length * _size];
        lock (_gate)
        {
            if (slice < _from || slice >= _from + _held.Length)
                Gather(slice);
            _held[slice - _from].AsSpan(firstRow * Columns * Samples * _size, stored.Length).CopyTo(stored);
        }

        if (isBigEndian)
            number.Reverse(stored);
        number.Decode(stored, into);
    }

    protected override void Close() => bytes.Dispose();

    private void Gather(int slice)
    {
        var ofSlice = Columns * Rows * Samples * _size;
        _held = [];
        var held = new byte[Math.Clamp(MostHeld / ofSlice, 1, Slices - slice)][];
        for (var k = 0; k < held.Length; k++)
            held[k] = new byte[ofSlice];
        var (lines, atOnce) = ((long)Columns * Rows * Samples, Math.Max(1, Block / (Slices * _size))); // a line has a number of each slice
        var buffer = new byte[Math.Min(lines, atOnce) * Slices * _size];
        for (var line = 0L; line < lines; line += atOnce)
        {
            var count = (int)Math.Min(atOnce, lines - line);
            bytes.Read(first + line * Slices * _size, buffer.AsSpan(0, count * Slices * _size));
            for (var i = 0; i < count; i++)
            {
                var (rest, row) = Math.DivRem(line + i, Rows);
                var (sample, column) = Math.DivRem(rest, Columns);
                var to = (int)((row * Columns + column) * Samples + sample) * _size;
                for (var k = 0; k < held.Length; k++)
                    buffer.AsSpan((i * Slices + slice + k) * _size, _size).CopyTo(held[k].AsSpan(to));
            }
        }

        (_from, _held) = (slice, held);
    }
}
