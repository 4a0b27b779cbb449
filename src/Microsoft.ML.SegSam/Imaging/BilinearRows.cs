using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>
/// Bilinear resizing of a map as in PyTorch's interpolate (half-pixel centers, no antialiasing), row by row: three rows are in memory,
/// never the whole resized map. Rows are read from top to bottom.
/// </summary>
internal sealed class BilinearRows
{
    private readonly Reader _source;
    private readonly Place[] _down, _across;
    private readonly float[][] _wide;            // two rows of the source at the new width: an even one and an odd one
    private readonly int[] _wideIndex = [-1, -1]; // the indices of these rows
    private readonly float[] _row;

    public BilinearRows(Reader source, int height, int width, int newHeight, int newWidth)
    {
        _source = source;
        _down = Places(height, newHeight);
        _across = Places(width, newWidth);
        _wide = [new float[newWidth], new float[newWidth]];
        _row = new float[newWidth];
    }

    /// <summary>A row of a map, valid until the next row is read.</summary>
    public delegate ReadOnlySpan<float> Reader(int y);

    /// <inheritdoc cref="Reader"/>
    public ReadOnlySpan<float> Read(int y)
    {
        var (above, below, weight) = _down[y];
        TensorPrimitives.Lerp(Wide(above), Wide(below), weight, _row);
        return _row;
    }

    /// <summary>The new rows that are made of any of some rows of the source.</summary>
    /// <param name="rows">From the first to behind the last; the same for the result.</param>
    public (int From, int To) Reached((int From, int To) rows)
    {
        if (rows.From >= rows.To)
            return (0, 0);
        var (from, to) = (0, _down.Length);
        while (from < to && _down[from].Second < rows.From)
            from++;
        while (to > from && _down[to - 1].First >= rows.To)
            to--;
        return (from, to);
    }

    private float[] Wide(int y)
    {
        var wide = _wide[y & 1];
        if (_wideIndex[y & 1] == y)
            return wide;
        _wideIndex[y & 1] = y;
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
            var at = Math.Max(0, MathF.FusedMultiplyAdd(scale, i + 0.5f, -0.5f)); // rounded once, as in PyTorch
            var first = Math.Min((int)at, size - 1);
            places[i] = new(first, Math.Min(first + 1, size - 1), Math.Min(at - first, 1));
        }

        return places;
    }

    /// <summary>Two neighbors along an axis, and the weight of the second.</summary>
    private readonly record struct Place(int First, int Second, float Weight);
}

/// <summary>Thresholds values at 0.</summary>
internal static class Threshold
{
    private static readonly Vector256<byte> One = Vector256.Create((byte)1);

    /// <summary>Writes 1 where a value is above 0, else 0.</summary>
    public static void Above(ReadOnlySpan<float> values, Span<byte> into)
    {
        var i = 0;
        for (; i <= values.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            var first = Vector256.Narrow(Above(values, i, 0), Above(values, i, 1));
            var second = Vector256.Narrow(Above(values, i, 2), Above(values, i, 3));
            (Vector256.Narrow(first, second) & One).CopyTo(into[i..]);
        }

        for (; i < values.Length; i++)
            into[i] = values[i] > 0 ? (byte)1 : (byte)0;
    }

    /// <summary>Writes <paramref name="inside"/> where a value is above 0, else 0.</summary>
    public static void Above(ReadOnlySpan<float> values, Span<uint> into, uint inside)
    {
        var i = 0;
        for (; i <= values.Length - Vector256<uint>.Count; i += Vector256<uint>.Count)
            (Above(values, i, 0) & Vector256.Create(inside)).CopyTo(into[i..]);
        for (; i < values.Length; i++)
            into[i] = values[i] > 0 ? inside : 0;
    }

    // All bits set where an element is above 0.
    private static Vector256<uint> Above(ReadOnlySpan<float> values, int at, int vector) =>
        Vector256.GreaterThan(Vector256.Create(values[(at + vector * Vector256<float>.Count)..]), Vector256<float>.Zero).AsUInt32();
}
