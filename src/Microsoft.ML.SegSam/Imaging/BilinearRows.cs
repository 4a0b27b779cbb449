using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>
/// Bilinear resizing of a map as PyTorch's interpolate does it (half-pixel centers, no antialiasing), row by row: three rows are in memory, never the
/// map of the new size. Rows are read from the top down.
/// </summary>
internal sealed class BilinearRows
{
    private readonly Reader _source;
    private readonly Place[] _down, _across;
    private readonly float[][] _wide;            // two rows of the source, already of the new width: an even one and an odd one
    private readonly int[] _held = [-1, -1];     // which ones
    private readonly float[] _row;

    public BilinearRows(Reader source, int height, int width, int newHeight, int newWidth)
    {
        _source = source;
        (_down, _across) = (Places(height, newHeight), Places(width, newWidth));
        (_wide, _row) = ([new float[newWidth], new float[newWidth]], new float[newWidth]);
    }

    /// <summary>A row of a map, valid until another is read.</summary>
    public delegate ReadOnlySpan<float> Reader(int y);

    /// <inheritdoc cref="Reader"/>
    public ReadOnlySpan<float> Read(int y)
    {
        var (above, below, weight) = _down[y];
        TensorPrimitives.Lerp(Wide(above), Wide(below), weight, _row);
        return _row;
    }

    private float[] Wide(int y)
    {
        var wide = _wide[y & 1];
        if (_held[y & 1] == y)
            return wide;
        _held[y & 1] = y;
        var source = _source(y);
        for (var x = 0; x < wide.Length; x++)
        {
            var (left, right, weight) = _across[x];
            wide[x] = source[left] * (1 - weight) + source[right] * weight;
        }

        return wide;
    }

    private static Place[] Places(int size, int newSize)
    {
        var places = new Place[newSize];
        var scale = (float)size / newSize;
        for (var i = 0; i < newSize; i++)
        {
            var at = Math.Max(0, MathF.FusedMultiplyAdd(scale, i + 0.5f, -0.5f)); // rounded once, as there
            var first = Math.Min((int)at, size - 1);
            places[i] = new(first, Math.Min(first + 1, size - 1), Math.Min(at - first, 1));
        }

        return places;
    }

    /// <summary>Two neighbors along an axis, and the second one's weight.</summary>
    private readonly record struct Place(int First, int Second, float Weight);
}

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
