using System.Runtime.CompilerServices;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>
/// Softmax over the groups of each row, for each place in a group by itself: how much a pixel takes of each token, head by head. The
/// maximum is taken away first.
/// </summary>
/// <param name="groups">Tokens.</param>
/// <param name="size">Heads: numbers of a group.</param>
/// <param name="scores">[rows,groups·size], without <paramref name="bias"/>, which is the same for every row. Is overwritten.</param>
internal readonly unsafe struct SoftmaxAcross<T, TNumbers>(
    int rows, int groups, int size, float* scores, int strideScores, float* bias, T* to, int strideTo) : IKernel
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L, V>(int first, int last)
        where L : ILanes<V>
        where V : struct
    {
        for (var row = 0; row < rows; row++)
        {
            for (var i = first; i < last; i += L.Count)
            {
                var score = scores + row * (long)strideScores + i;
                var target = to + row * (long)strideTo + i;
                V most = L.All(float.NegativeInfinity), sum = L.All(0);
                for (var j = 0; j < groups * size; j += size)
                {
                    var value = L.Add(L.Load(score + j), L.Load(bias + i + j));
                    L.Store(score + j, value);
                    most = L.Max(value, most);
                }

                for (var j = 0; j < groups * size; j += size)
                {
                    var numerator = Functions.Exp<L, V>(L.Subtract(L.Load(score + j), most));
                    L.Store(score + j, numerator);
                    sum = L.Add(sum, numerator);
                }

                var factor = L.Divide(L.All(1), sum);
                for (var j = 0; j < groups * size; j += size)
                    TNumbers.Store<L, V>(target + j, L.Multiply(L.Load(score + j), factor));
            }
        }
    }
}

/// <summary>
/// Some more rows of a softmax over rows, for each column by itself: how much a token takes of each pixel, head by head. The largest score
/// so far is taken away, and what was summed up before is told to shrink where it has grown.
/// </summary>
/// <param name="scores">[rows,width]; become the numerators.</param>
/// <param name="largest">So far, of each column; minus infinity at first.</param>
/// <param name="sums">Of the numerators so far, of each column.</param>
/// <param name="factors">What each column's earlier sums are to be multiplied with.</param>
internal readonly unsafe struct SoftmaxMore(int rows, float* scores, int stride, float* largest, float* sums, float* factors) : IKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L, V>(int first, int last)
        where L : ILanes<V>
        where V : struct
    {
        for (var i = first; i < last; i += L.Count)
        {
            var before = L.Load(largest + i);
            var most = before;
            for (var row = 0; row < rows; row++)
                most = L.Max(L.Load(scores + row * (long)stride + i), most);
            var factor = Functions.Exp<L, V>(L.Subtract(before, most));
            var sum = L.Multiply(L.Load(sums + i), factor);
            for (var row = 0; row < rows; row++)
            {
                var score = scores + row * (long)stride + i;
                var numerator = Functions.Exp<L, V>(L.Subtract(L.Load(score), most));
                L.Store(score, numerator);
                sum = L.Add(sum, numerator);
            }

            L.Store(largest + i, most);
            L.Store(sums + i, sum);
            L.Store(factors + i, factor);
        }
    }
}
