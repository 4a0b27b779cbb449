using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Turns four-byte pixels into three-byte RGB.</summary>
internal static class FromPixels
{
    private const int Together = 4; // pixels of a vector
    private static readonly Vector128<uint> Opaque = Vector128.Create(0xFF000000);
    private static readonly Vector128<byte> RgbOfBgra = Vector128.Create((byte)2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 0, 0, 0, 0);
    private static readonly Vector128<byte> RgbOfRgba = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0);

    /// <summary>Copies pixels of four bytes, without gaps between rows, to as many of three.</summary>
    public static void Copy(ReadOnlySpan<byte> source, Span<byte> rgb, bool isBgra, bool isPremultiplied)
    {
        var pixels = MemoryMarshal.Cast<byte, uint>(source); // little-endian, as is every platform of libtorch
        var order = isBgra ? RgbOfBgra : RgbOfRgba;
        var at = 0;
        while (at < pixels.Length)
        {
            // Opaque pixels, nearly all there are, four at a time: sixteen bytes are written, the last four of them again by what follows.
            if (rgb.Length - 3 * at >= Vector128<byte>.Count && pixels.Length - at >= Together)
            {
                var four = Vector128.Create(pixels.Slice(at, Together));
                if ((four & Opaque) == Opaque)
                {
                    Vector128.Shuffle(four.AsByte(), order).CopyTo(rgb[(3 * at)..]);
                    at += Together;
                    continue;
                }
            }

            CopyOne(pixels[at], rgb.Slice(3 * at, 3), isBgra, isPremultiplied);
            at++;
        }
    }

    private static void CopyOne(uint pixel, Span<byte> rgb, bool isBgra, bool isPremultiplied)
    {
        var (redShift, blueShift) = isBgra ? (16, 0) : (0, 16);
        var (red, green, blue, alpha) = ((byte)(pixel >> redShift), (byte)(pixel >> 8), (byte)(pixel >> blueShift), pixel >> 24);
        if (alpha == 0)
            (red, green, blue) = (0, 0, 0);
        else if (alpha != 255 && isPremultiplied)
            (red, green, blue) = (Restore(red, alpha), Restore(green, alpha), Restore(blue, alpha));
        (rgb[0], rgb[1], rgb[2]) = (red, green, blue);
    }

    // A premultiplied channel is never above its alpha; where a caller's pixels break that rule, full brightness is the answer.
    private static byte Restore(byte channel, uint alpha) => (byte)Math.Min(255, (channel * 255 + alpha / 2) / alpha);
}
