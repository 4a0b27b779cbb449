using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Turns four-byte pixels into three-byte RGB.</summary>
internal static class FromPixels
{
    /// <summary>Copies pixels of four bytes, without gaps between rows, to as many of three.</summary>
    public static void Copy(ReadOnlySpan<byte> source, Span<byte> rgb, bool isBgra, bool isPremultiplied)
    {
        var (redShift, blueShift) = isBgra ? (16, 0) : (0, 16);
        var to = 0;
        foreach (var pixel in MemoryMarshal.Cast<byte, uint>(source)) // little-endian, as is every platform of libtorch
        {
            var (red, green, blue, alpha) = ((byte)(pixel >> redShift), (byte)(pixel >> 8), (byte)(pixel >> blueShift), pixel >> 24);
            if (alpha == 0)
                (red, green, blue) = (0, 0, 0);
            else if (alpha != 255 && isPremultiplied)
                (red, green, blue) = (Restore(red, alpha), Restore(green, alpha), Restore(blue, alpha));
            (rgb[to], rgb[to + 1], rgb[to + 2]) = (red, green, blue);
            to += 3;
        }
    }

    // A premultiplied channel is never above its alpha; where a caller's pixels break that rule, full brightness is the answer.
    private static byte Restore(byte channel, uint alpha) => (byte)Math.Min(255, (channel * 255 + alpha / 2) / alpha);
}
