using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>Functions of whole rows: what each number becomes depends on all of them.</summary>
internal static unsafe class RowSums
{
    /// <summary>Layer normalization of rows: (x - mean) / √(variance + ε) · weight + bias.</summary>
    /// <param name="width">Numbers of a row, of weight and of bias.</param>
    public static void Normalize<T, TNumbers>(
        int rows, int width, float* from, int strideFrom, float* weight, float* bias, float epsilon, T* to, int strideTo)
        where T : unmanaged
        where TNumbers : INumbers<T>
    {
        for (var row = 0; row < rows; row++)
        {
            var source = from + row * (long)strideFrom;
            var target = to + row * (long)strideTo;
            if (Vector512.IsHardwareAccelerated)
                NormalizeRow<T, TNumbers, Lanes512, Vector512<float>>(width, source, weight, bias, epsilon, target);
            else if (Vector256.IsHardwareAccelerated)
                NormalizeRow<T, TNumbers, Lanes256, Vector256<float>>(width, source, weight, bias, epsilon, target);
            else
                NormalizeRow<T, TNumbers, Lanes1, float>(width, source, weight, bias, epsilon, target);
        }
    }

    /// <summary>
    /// The numerators of the softmax of each row of scores + bias, and what to multiply them with. The maximum is taken away first.
    /// </summary>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="bias">As many rows as scores; null: none.</param>
    /// <param name="scores">Are overwritten.</param>
    /// <param name="to">The numerators, 0 to 1.</param>
    /// <param name="factors">1 / their sum, of each row.</param>
    public static void Softmax<T, TNumbers>(
        int rows, int width, float* scores, int strideScores, float* bias, int strideBias, T* to, int strideTo, float* factors)
        where T : unmanaged
        where TNumbers : INumbers<T>
    {
        for (var row = 0; row < rows; row++)
        {
            var source = scores + row * (long)strideScores;
            var target = to + row * (long)strideTo;
            var added = bias is null ? null : bias + row * (long)strideBias;
            factors[row] = 1 / (Vector512.IsHardwareAccelerated
                ? SoftmaxRow<T, TNumbers, Lanes512, Vector512<float>>(width, source, added, target)
                : Vector256.IsHardwareAccelerated ? SoftmaxRow<T, TNumbers, Lanes256, Vector256<float>>(width, source, added, target)
                : SoftmaxRow<T, TNumbers, Lanes1, float>(width, source, added, target));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void NormalizeRow<T, TNumbers, L, V>(int width, float* from, float* weight, float* bias, float epsilon, T* to)
        where T : unmanaged
        where TNumbers : INumbers<T>
        where L : ILanes<V>
        where V : struct
    {
        var whole = width / L.Count * L.Count;
        var sums = L.All(0);
        for (var i = 0; i < whole; i += L.Count)
            sums = L.Add(sums, L.Load(from + i));
        var sum = L.Sum(sums);
        for (var i = whole; i < width; i++)
            sum += from[i];

        var mean = sum / width;
        var means = L.All(mean);
        var squares = L.All(0);
        for (var i = 0; i < whole; i += L.Count)
        {
            var difference = L.Subtract(L.Load(from + i), means);
            squares = L.MultiplyAdd(difference, difference, squares);
        }

        var square = L.Sum(squares);
        for (var i = whole; i < width; i++)
            square += (from[i] - mean) * (from[i] - mean);

        var scale = 1 / MathF.Sqrt(square / width + epsilon);
        var scales = L.All(scale);
        for (var i = 0; i < whole; i += L.Count)
        {
            var normal = L.Multiply(L.Subtract(L.Load(from + i), means), scales);
            TNumbers.Store<L, V>(to + i, L.MultiplyAdd(normal, L.Load(weight + i), L.Load(bias + i)));
        }

        for (var i = whole; i < width; i++)
            TNumbers.Store<Lanes1, float>(to + i, MathF.FusedMultiplyAdd((from[i] - mean) * scale, weight[i], bias[i]));
    }

    /// <returns>The sum of the numerators.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float SoftmaxRow<T, TNumbers, L, V>(int width, float* scores, float* bias, T* to)
        where T : unmanaged
        where TNumbers : INumbers<T>
        where L : ILanes<V>
        where V : struct
    {
        var whole = width / L.Count * L.Count;
        var most = L.All(float.NegativeInfinity);
        for (var i = 0; i < whole; i += L.Count)
        {
            var score = bias is null ? L.Load(scores + i) : L.Add(L.Load(scores + i), L.Load(bias + i));
            L.Store(scores + i, score);
            most = L.Max(score, most);
        }

        var maximum = L.Largest(most);
        for (var i = whole; i < width; i++)
            maximum = Lanes1.Max(scores[i] += bias is null ? 0 : bias[i], maximum);

        var (sums, maxima) = (L.All(0), L.All(maximum));
        for (var i = 0; i < whole; i += L.Count)
        {
            var numerator = Functions.Exp<L, V>(L.Subtract(L.Load(scores + i), maxima));
            TNumbers.Store<L, V>(to + i, numerator);
            sums = L.Add(sums, numerator);
        }

        var sum = L.Sum(sums);
        for (var i = whole; i < width; i++)
        {
            var numerator = Functions.Exp<Lanes1, float>(scores[i] - maximum);
            TNumbers.Store<Lanes1, float>(to + i, numerator);
            sum += numerator;
        }

        return sum;
    }
}
