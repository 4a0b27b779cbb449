using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>float32 numbers that are computed side by side: what kernels are written in, once for every width of vectors.</summary>
/// <remarks>
/// Each operation rounds alike at every width, so that the numbers left over at the end of a row, which are computed one by one, come out
/// as if they had been in the middle.
/// </remarks>
/// <typeparam name="V">So many numbers.</typeparam>
internal interface ILanes<V>
    where V : struct
{
    public static abstract int Count { get; }

    public static abstract V All(float value);

    public static abstract unsafe V Load(float* from);

    public static abstract unsafe void Store(float* to, V value);

    /// <summary>From bfloat16: the upper halves of float32 numbers.</summary>
    public static abstract unsafe V LoadHalves(ushort* from);

    /// <summary>To bfloat16, rounded to the nearest, ties to even; NaN stays NaN.</summary>
    public static abstract unsafe void StoreHalves(ushort* to, V value);

    /// <summary>Numbers of two rows, in bfloat16 side by side.</summary>
    public static abstract unsafe void StorePairs(ushort* to, V even, V odd);

    public static abstract V Add(V a, V b);

    public static abstract V Subtract(V a, V b);

    public static abstract V Multiply(V a, V b);

    public static abstract V Divide(V a, V b);

    public static abstract V Sqrt(V a);

    /// <summary>a·b + c, rounded once.</summary>
    public static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>The smaller; b where one of them is NaN.</summary>
    public static abstract V Min(V a, V b);

    /// <summary>The larger; b where one of them is NaN.</summary>
    public static abstract V Max(V a, V b);

    /// <summary>The value where a is less than b, else the other.</summary>
    public static abstract V IfLess(V a, V b, V value, V other);

    /// <summary>a·2ⁿ for whole n in ±250, each as a float32 number with <see cref="Lanes.Shift"/> added; denormal results too.</summary>
    public static abstract V Scale(V a, V shifted);

    /// <summary>The same where the number and the result are far from float32's ends.</summary>
    public static abstract V ScaleNormal(V a, V shifted);

    public static abstract float Sum(V value);

    public static abstract float Largest(V value);
}

/// <summary>What is computed for each number of a row, or of several rows.</summary>
internal interface IKernel
{
    /// <summary>Computes the numbers from one to before another, which are whole vectors.</summary>
    public void Run<L, V>(int first, int last)
        where L : ILanes<V>
        where V : struct;
}

internal static class Lanes
{
    /// <summary>Added to a number below 2²², it leaves the nearest whole number in the lowest bits.</summary>
    public const float Shift = 12582912; // 1.5 · 2²³

    public const int ShiftBits = 0x4B400000, ExponentBias = 127, ExponentAt = 23;

    /// <summary>Runs a kernel over so many numbers: in the processor's widest vectors, and what is left in narrower ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Over<TKernel>(int count, in TKernel kernel)
        where TKernel : struct, IKernel
    {
        var done = 0;
        if (Vector512.IsHardwareAccelerated && count >= Vector512<float>.Count)
        {
            done = count / Vector512<float>.Count * Vector512<float>.Count;
            kernel.Run<Lanes512, Vector512<float>>(0, done);
        }

        if (Vector256.IsHardwareAccelerated && count - done >= Vector256<float>.Count)
        {
            var first = done;
            done += (count - done) / Vector256<float>.Count * Vector256<float>.Count;
            kernel.Run<Lanes256, Vector256<float>>(first, done);
        }

        if (done < count)
            kernel.Run<Lanes1, float>(done, count);
    }
}
