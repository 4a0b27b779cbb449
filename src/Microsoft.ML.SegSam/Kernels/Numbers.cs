using System.Runtime.CompilerServices;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>A type of numbers that matrices are multiplied in. Products are always summed up in float32.</summary>
/// <typeparam name="T">How a number is stored.</typeparam>
internal interface INumbers<T>
    where T : unmanaged
{
    /// <summary>How many rows of a second operand are interleaved: the first numbers of both, then their second numbers, ...</summary>
    public static abstract int RowsTogether { get; }

    /// <summary>The type's name in a log.</summary>
    public static abstract string Name { get; }

    public static abstract unsafe V Load<L, V>(T* from)
        where L : ILanes<V>
        where V : struct;

    public static abstract unsafe void Store<L, V>(T* to, V value)
        where L : ILanes<V>
        where V : struct;

    /// <summary>eˣ of x up to 0, as exactly as these numbers hold it.</summary>
    public static abstract V Exp<L, V>(V x)
        where L : ILanes<V>
        where V : struct;

    /// <summary>See <see cref="MicroKernels"/>.</summary>
    public static abstract unsafe void Multiply(
        int m, int n, int k, T* a, int strideA, T* b, int strideB, float* c, int strideC, bool adds);
}

/// <summary>float32.</summary>
internal readonly struct Singles : INumbers<float>
{
    public static int RowsTogether => 1;

    public static string Name => "float32";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe V Load<L, V>(float* from)
        where L : ILanes<V>
        where V : struct => L.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store<L, V>(float* to, V value)
        where L : ILanes<V>
        where V : struct => L.Store(to, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<L, V>(V x)
        where L : ILanes<V>
        where V : struct => Functions.Exp<L, V>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Multiply(
        int m, int n, int k, float* a, int strideA, float* b, int strideB, float* c, int strideC, bool adds) =>
        MicroKernels.Multiply(m, n, k, a, strideA, b, strideB, c, strideC, adds);
}

/// <summary>bfloat16: the upper half of a float32 number.</summary>
internal readonly struct Halves : INumbers<ushort>
{
    public static int RowsTogether => 2;

    public static string Name => "bfloat16";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe V Load<L, V>(ushort* from)
        where L : ILanes<V>
        where V : struct => L.LoadHalves(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store<L, V>(ushort* to, V value)
        where L : ILanes<V>
        where V : struct => L.StoreHalves(to, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<L, V>(V x)
        where L : ILanes<V>
        where V : struct => Functions.ExpNearly<L, V>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Multiply(
        int m, int n, int k, ushort* a, int strideA, ushort* b, int strideB, float* c, int strideC, bool adds) =>
        MicroKernels.Multiply(m, n, k, a, strideA, b, strideB, c, strideC, adds);
}
