using System.Runtime.Intrinsics;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Marks where values are above 0.</summary>
internal static class Threshold
{
    private static readonly Vector256<byte> One = Vector256.Create((byte)1);

    /// <summary>1 where a value is above 0, else 0.</summary>
    public static void Above(ReadOnlySpan<float> values, Span<byte> into)
    {
        var i = 0;
        for (; i <= values.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            var halves = (Vector256.Narrow(Above(values, i, 0), Above(values, i, 1)), Vector256.Narrow(Above(values, i, 2), Above(values, i, 3)));
            (Vector256.Narrow(halves.Item1, halves.Item2) & One).CopyTo(into[i..]);
        }

        for (; i < values.Length; i++)
            into[i] = values[i] > 0 ? (byte)1 : (byte)0;
    }

    /// <summary>A number where a value is above 0, else 0.</summary>
    public static void Above(ReadOnlySpan<float> values, Span<uint> into, uint inside)
    {
        var i = 0;
        for (; i <= values.Length - Vector256<uint>.Count; i += Vector256<uint>.Count)
            (Above(values, i, 0) & Vector256.Create(inside)).CopyTo(into[i..]);
        for (; i < values.Length; i++)
            into[i] = values[i] > 0 ? inside : 0;
    }

    // All bits of an element that is above 0.
    private static Vector256<uint> Above(ReadOnlySpan<float> values, int at, int vector) =>
        Vector256.GreaterThan(Vector256.Create(values[(at + vector * Vector256<float>.Count)..]), Vector256<float>.Zero).AsUInt32();
}
