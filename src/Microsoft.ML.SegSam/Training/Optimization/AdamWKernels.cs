using System.Runtime.CompilerServices;
using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Training.Optimization;

/// <summary>to = from + others.</summary>
/// <param name="others">May be <c>to</c>; null: zeros.</param>
internal readonly unsafe struct AddUp<T, TNumbers>(T* from, float* others, float* to) : IKernel
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L, V>(int first, int last)
        where L : ILanes<V>
        where V : struct
    {
        for (var i = first; i < last; i += L.Count)
        {
            var numbers = TNumbers.Load<L, V>(from + i);
            L.Store(to + i, others is null ? numbers : L.Add(L.Load(others + i), numbers));
        }
    }
}

/// <summary>sum += Σ from².</summary>
internal readonly unsafe struct AddSquares(float* from, float* sum) : IKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L, V>(int first, int last)
        where L : ILanes<V>
        where V : struct
    {
        var sums = L.All(0);
        for (var i = first; i < last; i += L.Count)
        {
            var numbers = L.Load(from + i);
            sums = L.MultiplyAdd(numbers, numbers, sums);
        }

        *sum += L.Sum(sums);
    }
}

/// <summary>The numbers of a weight's update.</summary>
/// <param name="Decay">Learning rate · weight decay.</param>
/// <param name="StepSize">Learning rate / (1 − β₁ᵗ).</param>
/// <param name="SquareScale">√(1 − β₂ᵗ).</param>
internal readonly record struct AdamWNumbers(float Decay, float StepSize, float SquareScale);

/// <summary>Changes a weight, its moments and its copy by gradient / excess.</summary>
/// <param name="cast">The weight in bfloat16; null: there is none.</param>
internal readonly unsafe struct AdamWKernel(
    float* gradient, float excess, float* weight, float* mean, float* square, ushort* cast, AdamWNumbers numbers) : IKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L, V>(int first, int last)
        where L : ILanes<V>
        where V : struct
    {
        V scale = L.All(excess), decay = L.All(-numbers.Decay), step = L.All(-numbers.StepSize), root = L.All(numbers.SquareScale);
        V epsilon = L.All((float)AdamWOptimizer.Epsilon), squareDecay = L.All((float)AdamWOptimizer.SquareDecay);
        V meanShare = L.All((float)(1 - AdamWOptimizer.MeanDecay)), squareShare = L.All((float)(1 - AdamWOptimizer.SquareDecay));
        for (var i = first; i < last; i += L.Count)
        {
            var change = L.Divide(L.Load(gradient + i), scale);
            V m = L.Load(mean + i), w = L.Load(weight + i);
            m = L.MultiplyAdd(L.Subtract(change, m), meanShare, m);
            var v = L.MultiplyAdd(L.Multiply(change, change), squareShare, L.Multiply(L.Load(square + i), squareDecay));
            var size = L.Add(L.Divide(L.Sqrt(v), root), epsilon);
            w = L.MultiplyAdd(L.Divide(m, size), step, L.MultiplyAdd(w, decay, w));
            L.Store(mean + i, m);
            L.Store(square + i, v);
            L.Store(weight + i, w);
            if (cast is not null)
                L.StoreHalves(cast + i, w);
        }
    }
}
