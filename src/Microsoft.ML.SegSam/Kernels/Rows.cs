using System.Runtime.CompilerServices;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>to = activation(from), as another type of numbers: of several rows.</summary>
/// <param name="strideFrom">Numbers from a row to the next.</param>
internal readonly unsafe struct Convert<T, TNumbers, TActivation>(int rows, float* from, int strideFrom, T* to, int strideTo) : IKernel
    where T : unmanaged
    where TNumbers : INumbers<T>
    where TActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L, V>(int first, int last)
        where L : ILanes<V>
        where V : struct
    {
        for (var row = 0; row < rows; row++)
        {
            var source = from + row * (long)strideFrom;
            var target = to + row * (long)strideTo;
            for (var i = first; i < last; i += L.Count)
                TNumbers.Store<L, V>(target + i, TActivation.Of<L, V>(L.Load(source + i)));
        }
    }
}

/// <summary>to = activation(sums + bias): what follows a product, of several rows.</summary>
/// <param name="bias">The same for every row.</param>
internal readonly unsafe struct AddBias<T, TNumbers, TActivation>(
    int rows, float* sums, int strideSums, float* bias, T* to, int strideTo) : IKernel
    where T : unmanaged
    where TNumbers : INumbers<T>
    where TActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L, V>(int first, int last)
        where L : ILanes<V>
        where V : struct
    {
        for (var row = 0; row < rows; row++)
        {
            var source = sums + row * (long)strideSums;
            var target = to + row * (long)strideTo;
            for (var i = first; i < last; i += L.Count)
                TNumbers.Store<L, V>(target + i, TActivation.Of<L, V>(L.Add(L.Load(source + i), L.Load(bias + i))));
        }
    }
}

/// <summary>to = activation(sums + bias + others): the same with a residual. <c>to</c> may be <c>others</c>.</summary>
internal readonly unsafe struct AddResidual<TActivation>(
    int rows, float* sums, int strideSums, float* bias, float* others, int strideOthers, float* to, int strideTo) : IKernel
    where TActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L, V>(int first, int last)
        where L : ILanes<V>
        where V : struct
    {
        for (var row = 0; row < rows; row++)
        {
            var source = sums + row * (long)strideSums;
            var other = others + row * (long)strideOthers;
            var target = to + row * (long)strideTo;
            for (var i = first; i < last; i += L.Count)
                L.Store(target + i, TActivation.Of<L, V>(L.Add(L.Add(L.Load(source + i), L.Load(bias + i)), L.Load(other + i))));
        }
    }
}

/// <summary>to = a + b, as another type of numbers: of several rows.</summary>
internal readonly unsafe struct AddRows<T, TNumbers>(int rows, float* a, int strideA, float* b, int strideB, T* to, int strideTo) : IKernel
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
            float* x = a + row * (long)strideA, y = b + row * (long)strideB;
            var target = to + row * (long)strideTo;
            for (var i = first; i < last; i += L.Count)
                TNumbers.Store<L, V>(target + i, L.Add(L.Load(x + i), L.Load(y + i)));
        }
    }
}

/// <summary>to = from · factor, a factor for each row.</summary>
internal readonly unsafe struct ScaleRows<T, TNumbers>(int rows, float* from, int strideFrom, float* factors, T* to, int strideTo) : IKernel
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
            var source = from + row * (long)strideFrom;
            var target = to + row * (long)strideTo;
            var factor = L.All(factors[row]);
            for (var i = first; i < last; i += L.Count)
                TNumbers.Store<L, V>(target + i, L.Multiply(L.Load(source + i), factor));
        }
    }
}

/// <summary>to = from · factors, a factor for each column.</summary>
internal readonly unsafe struct ScaleColumns<T, TNumbers>(int rows, float* from, int strideFrom, float* factors, T* to, int strideTo)
    : IKernel
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
            var source = from + row * (long)strideFrom;
            var target = to + row * (long)strideTo;
            for (var i = first; i < last; i += L.Count)
                TNumbers.Store<L, V>(target + i, L.Multiply(L.Load(source + i), L.Load(factors + i)));
        }
    }
}

/// <summary>to[i] = the numbers of two rows at i, side by side: rows of a second operand as <see cref="Halves"/> need them.</summary>
/// <param name="odd">The second row; null: zeros.</param>
internal readonly unsafe struct Interleave<T, TNumbers>(T* even, T* odd, ushort* to) : IKernel
    where T : unmanaged
    where TNumbers : INumbers<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L, V>(int first, int last)
        where L : ILanes<V>
        where V : struct
    {
        for (var i = first; i < last; i += L.Count)
            L.StorePairs(to + 2 * i, TNumbers.Load<L, V>(even + i), odd is null ? L.All(0) : TNumbers.Load<L, V>(odd + i));
    }
}

/// <summary>to += from · factor.</summary>
internal readonly unsafe struct AddScaled(float* from, float factor, float* to) : IKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<L, V>(int first, int last)
        where L : ILanes<V>
        where V : struct
    {
        for (var i = first; i < last; i += L.Count)
            L.Store(to + i, L.MultiplyAdd(L.Load(from + i), L.All(factor), L.Load(to + i)));
    }
}
