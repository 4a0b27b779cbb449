using System.Runtime.CompilerServices;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>One number: what is left at the end of a row, and processors without vectors.</summary>
internal readonly struct Lanes1 : ILanes<float>
{
    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float All(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe float Load(float* from) => *from;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(float* to, float value) => *to = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe float LoadHalves(ushort* from) => BitConverter.UInt32BitsToSingle((uint)*from << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreHalves(ushort* to, float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        *to = float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StorePairs(ushort* to, float even, float odd)
    {
        StoreHalves(to, even);
        StoreHalves(to + 1, odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float a, float b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Subtract(float a, float b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Multiply(float a, float b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Divide(float a, float b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sqrt(float a) => MathF.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Min(float a, float b) => a < b ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(float a, float b) => a > b ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float IfLess(float a, float b, float value, float other) => a < b ? value : other;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Scale(float a, float shifted)
    {
        var n = BitConverter.SingleToInt32Bits(shifted) - Lanes.ShiftBits;
        var half = n >> 1;
        return a * Power(half) * Power(n - half);

        static float Power(int n) => BitConverter.Int32BitsToSingle((n + Lanes.ExponentBias) << Lanes.ExponentAt);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ScaleNormal(float a, float shifted) =>
        a * BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(shifted) + Lanes.ExponentBias) << Lanes.ExponentAt);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(float value) => value;
}
