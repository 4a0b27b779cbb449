using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Network.Fused;

/// <summary>A square map, pixel by pixel with its channels side by side, in a border of zeros.</summary>
internal sealed unsafe class FusedMap<T>
    where T : unmanaged
{
    private readonly T* _numbers;
    private readonly int _border;

    /// <param name="border">Its width in pixels, 0 or 1.</param>
    public FusedMap(AlignedMemory memory, int side, int channels, int border = 1)
    {
        (Side, Channels, _border) = (side, channels, border);
        _numbers = memory.TakeUnset<T>((long)(side + 2 * border) * Stride);
        if (border == 0)
            return;
        Clear(_numbers, Stride);
        Clear(At(side, -1), Stride);
        for (var y = 0; y < side; y++)
        {
            Clear(At(y, -1), channels);
            Clear(At(y, side), channels);
        }
    }

    public int Side { get; }

    public int Channels { get; }

    /// <summary>Numbers from a row to the next.</summary>
    public int Stride => (Side + 2 * _border) * Channels;

    /// <param name="y">-1 to side, as x: the border has a place too, if there is one.</param>
    public T* At(int y, int x) => _numbers + (long)(y + _border) * Stride + (long)(x + _border) * Channels;

    private static void Clear(T* from, int count) => new Span<T>(from, count).Clear();
}

/// <summary>Cuts maps into parts that are computed one by one, on any thread.</summary>
internal static class MapParts
{
    /// <summary>Pixels of a row that are computed together (our choice, by measurement).</summary>
    public const int Pixels = 64;

    /// <summary>Computes a map in pieces of rows.</summary>
    /// <param name="compute">Is given row, first pixel and number of pixels.</param>
    public static void InPieces(int side, Action<int, int, int> compute)
    {
        var pieces = (side + Pixels - 1) / Pixels;
        WorkerThreads.For(side * pieces, part =>
            compute(part / pieces, part % pieces * Pixels, Math.Min(Pixels, side - part % pieces * Pixels)));
    }

    /// <summary>Computes a map in strips of many rows, for what needs the rows above and below.</summary>
    /// <param name="compute">Is given first row, number of rows, first pixel and number of pixels.</param>
    public static void InStrips(int side, Action<int, int, int, int> compute)
    {
        const int rows = 32;
        int pieces = (side + Pixels - 1) / Pixels, strips = (side + rows - 1) / rows;
        WorkerThreads.For(strips * pieces, part =>
        {
            int y = part / pieces * rows, x = part % pieces * Pixels;
            compute(y, Math.Min(rows, side - y), x, Math.Min(Pixels, side - x));
        });
    }
}
