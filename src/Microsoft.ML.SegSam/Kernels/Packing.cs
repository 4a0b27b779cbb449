namespace Microsoft.ML.SegSam.Kernels;

/// <summary>Computed numbers laid out as the second operand of a product: see <see cref="INumbers{T}.RowsTogether"/>.</summary>
internal static unsafe class Packing
{
    public static int RoundUp(int count, int step) => (count + step - 1) / step * step;

    /// <summary>The numbers as a first operand: themselves, if they are of that type, or converted.</summary>
    /// <param name="converted">Room for [rows,columns].</param>
    /// <returns>The operand, and the numbers from a row to the next.</returns>
    public static (nint Operand, int Stride) First<T, TNumbers>(int rows, int columns, float* from, int strideFrom, T* converted)
        where T : unmanaged
        where TNumbers : INumbers<T>
    {
        if (typeof(T) == typeof(float))
            return ((nint)from, strideFrom);
        Lanes.Over(columns, new Convert<T, TNumbers, Identity>(rows, from, strideFrom, converted, columns));
        return ((nint)converted, columns);
    }

    /// <summary>Rows as they are: [rows,columns].</summary>
    /// <param name="to">Whole pairs of rows, each of so many columns, where they are interleaved.</param>
    public static void Rows<T, TNumbers>(int rows, int columns, float* from, int strideFrom, T* to)
        where T : unmanaged
        where TNumbers : INumbers<T>
    {
        if (TNumbers.RowsTogether == 1)
        {
            Lanes.Over(columns, new Convert<T, TNumbers, Identity>(rows, from, strideFrom, to, columns));
            return;
        }

        for (var row = 0; row < rows; row += 2)
        {
            var even = from + row * (long)strideFrom;
            var odd = row + 1 < rows ? even + strideFrom : null;
            Lanes.Over(columns, new Interleave<float, Singles>(even, odd, (ushort*)to + (long)row * columns));
        }
    }

    /// <summary>Rows as columns: [rows,columns] → [columns,rows].</summary>
    /// <param name="columns">Even where rows are interleaved.</param>
    /// <param name="converted">Room for all numbers.</param>
    /// <param name="to">[columns,width], of which the first columns are written.</param>
    public static void Columns<T, TNumbers>(int rows, int columns, float* from, int strideFrom, T* converted, T* to, int width)
        where T : unmanaged
        where TNumbers : INumbers<T>
    {
        if (TNumbers.RowsTogether == 1)
        {
            Transposition.Run(rows, columns, (uint*)from, strideFrom, (uint*)to, width);
            return;
        }

        Lanes.Over(columns, new Convert<T, TNumbers, Identity>(rows, from, strideFrom, converted, columns));
        Transposition.Run(rows, columns / 2, (uint*)converted, columns / 2, (uint*)to, width);
    }
}
