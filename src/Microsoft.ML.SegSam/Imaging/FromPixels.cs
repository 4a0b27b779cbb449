using System.Runtime.Intrinsics;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Turns four-byte pixels into three-byte RGB.</summary>
internal static class FromPixels
{
    private const int Together = 4; // pixels of a vector
    private static readonly Vector128<byte> RgbOfBgra = Vector128.Create((byte)2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 0, 0, 0, 0);
    private static readonly Vector128<byte> RgbOfRgba = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0);

    /// <summary>Copies pixels of four bytes, without gaps between rows, to as many of three.</summary>
    /// <remarks>
    /// Colors are premultiplied by alpha, as in every ML.NET image, so leaving alpha out composites them over black. It also reads
    /// images whose fourth byte is unused and 0.
    /// </remarks>
    public static void Copy(ReadOnlySpan<byte> source, Span<byte> rgb, bool isBgra)
    {
        var (order, red) = isBgra ? (RgbOfBgra, 2) : (RgbOfRgba, 0);
        var (from, to) = (0, 0);
        // Sixteen bytes are written, the last four of them again by what follows.
        for (; rgb.Length - to >= Vector128<byte>.Count; from += 4 * Together, to += 3 * Together)
            Vector128.Shuffle(Vector128.Create(source.Slice(from, 4 * Together)), order).CopyTo(rgb[to..]);
        for (; from < source.Length; from += 4, to += 3)
            (rgb[to], rgb[to + 1], rgb[to + 2]) = (source[from + red], source[from + 1], source[from + 2 - red]);
    }
}
