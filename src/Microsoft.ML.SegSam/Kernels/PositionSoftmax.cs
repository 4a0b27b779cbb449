using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>
/// Softmax over the places of a map, whose scores have two numbers added, one for the row and one for the column that a place is in; some
/// rows at a time. The largest score so far is taken away, and what was summed up before is told to shrink where it has grown.
/// </summary>
internal static unsafe class PositionSoftmax
{
    /// <summary>Takes some more rows of the map into the softmax.</summary>
    /// <param name="columns">Of the map: whole vectors of the widest kind.</param>
    /// <param name="scores">[rows,columns]. Are overwritten.</param>
    /// <param name="byRow">A number for each row.</param>
    /// <param name="byColumn">A number for each column; minus infinity where there is no place, but not in all columns.</param>
    /// <param name="to">[rows,columns], the numerators, 0 to 1.</param>
    /// <param name="largest">So far; minus infinity at first.</param>
    /// <param name="sum">Of the numerators so far.</param>
    /// <returns>What earlier sums are to be multiplied with.</returns>
    public static float More<T, TNumbers>(
        int rows, int columns, float* scores, float* byRow, float* byColumn, T* to, ref float largest, ref float sum)
        where T : unmanaged
        where TNumbers : INumbers<T> =>
        Vector512.IsHardwareAccelerated
            ? More<T, TNumbers, Lanes512, Vector512<float>>(rows, columns, scores, byRow, byColumn, to, ref largest, ref sum)
            : Vector256.IsHardwareAccelerated
            ? More<T, TNumbers, Lanes256, Vector256<float>>(rows, columns, scores, byRow, byColumn, to, ref largest, ref sum)
            : More<T, TNumbers, Lanes1, float>(rows, columns, scores, byRow, byColumn, to, ref largest, ref sum);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float More<T, TNumbers, L, V>(
        int rows, int columns, float* scores, float* byRow, float* byColumn, T* to, ref float largest, ref float sum)
        where T : unmanaged
        where TNumbers : INumbers<T>
        where L : ILanes<V>
        where V : struct
    {
        var most = L.All(largest);
        for (var row = 0; row < rows; row++)
        {
            var ofRow = L.All(byRow[row]);
            var score = scores + row * columns;
            for (var i = 0; i < columns; i += L.Count)
            {
                var value = L.Add(L.Add(L.Load(score + i), L.Load(byColumn + i)), ofRow);
                L.Store(score + i, value);
                most = L.Max(value, most);
            }
        }

        var maximum = L.Largest(most);
        var (sums, maxima) = (L.All(0), L.All(maximum));
        for (var i = 0; i < rows * columns; i += L.Count)
        {
            var numerator = TNumbers.Exp<L, V>(L.Subtract(L.Load(scores + i), maxima));
            TNumbers.Store<L, V>(to + i, numerator);
            sums = L.Add(sums, numerator);
        }

        var factor = Functions.Exp<Lanes1, float>(largest - maximum);
        (largest, sum) = (maximum, sum * factor + L.Sum(sums));
        return factor;
    }
}
