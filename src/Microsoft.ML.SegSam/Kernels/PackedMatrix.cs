namespace Microsoft.ML.SegSam.Kernels;

/// <summary>A fixed second operand of products, laid out for them once: columns in panels, so that each is read in one piece.</summary>
internal sealed unsafe class PackedMatrix<T, TNumbers>
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    /// <summary>Columns of a panel (our choice, by measurement).</summary>
    public const int Panel = 64;

    private readonly T* _numbers;
    private readonly int _depth; // rows in memory: whole pairs where they are interleaved

    /// <param name="memory">Owns the copy.</param>
    /// <param name="weight">[columns,rows], as a linear layer has it, row by row.</param>
    public PackedMatrix(AlignedMemory memory, ReadOnlySpan<float> weight, int columns, int rows)
    {
        (Columns, Rows) = (columns, rows);
        _depth = Packing.RoundUp(rows, TNumbers.RowsTogether);
        _numbers = memory.TakeUnset<T>((long)_depth * columns);
        using var room = new AlignedMemory();
        var widest = Math.Min(Panel, columns);
        var converted = room.TakeUnset<T>(widest * _depth);
        var panel = room.Take<float>(widest * _depth); // zeros behind an odd number of rows
        for (var start = 0; start < columns; start += Panel)
        {
            var width = Math.Min(Panel, columns - start);
            for (var column = 0; column < width; column++)
                weight.Slice((start + column) * rows, rows).CopyTo(new(panel + column * _depth, rows));
            Packing.Columns<T, TNumbers>(width, _depth, panel, _depth, converted, _numbers + (long)start * _depth, width);
        }
    }

    public int Columns { get; }

    public int Rows { get; }

    /// <summary>sums = a · this, or sums + a · this.</summary>
    /// <param name="a">[m,rows], of zeros beyond them where rows are interleaved and odd.</param>
    /// <param name="sums">[m,columns].</param>
    public void Multiply(int m, T* a, int strideA, float* sums, int strideSums, bool adds = false) =>
        Multiply(m, a, strideA, sums, strideSums, adds, 0, Columns, 0, _depth);

    /// <summary>The same of some columns of this.</summary>
    /// <param name="first">The first of them, where a panel begins: see <see cref="Panel"/>.</param>
    /// <param name="count">Whole panels, or to the last column.</param>
    /// <param name="sums">[m,count].</param>
    public void MultiplyColumns(int first, int count, int m, T* a, int strideA, float* sums, int strideSums, bool adds = false) =>
        Multiply(m, a, strideA, sums, strideSums, adds, first, count, 0, _depth);

    /// <summary>The same of some rows of this.</summary>
    /// <param name="first">The first of them, an even number.</param>
    /// <param name="a">[m,count].</param>
    public void MultiplyRows(int first, int count, int m, T* a, int strideA, float* sums, int strideSums, bool adds) =>
        Multiply(m, a, strideA, sums, strideSums, adds, 0, Columns, first, count);

    private void Multiply(
        int m, T* a, int strideA, float* sums, int strideSums, bool adds, int firstColumn, int columns, int firstRow, int rows)
    {
        for (var start = firstColumn; start < firstColumn + columns; start += Panel)
        {
            var width = Math.Min(Panel, Columns - start);
            var panel = _numbers + (long)start * _depth + firstRow * width;
            TNumbers.Multiply(m, width, rows, a, strideA, panel, width, sums + start - firstColumn, strideSums, adds);
        }
    }
}
