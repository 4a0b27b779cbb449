using System.Buffers.Binary;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Imaging.Decoding;

/// <summary>Turns pixels upright according to a file's EXIF block. All images and masks are read this way.</summary>
internal static class Orientation
{
    private const ushort Tag = 0x0112; // EXIF 2.3, 4.6.4 A: Orientation

    /// <summary>Reads the orientation of a PNG file's EXIF block, which the decoder ignores.</summary>
    /// <returns><see cref="SKEncodedOrigin.TopLeft"/> if there is no valid orientation.</returns>
    public static SKEncodedOrigin OfExif(ReadOnlySpan<byte> exif)
    {
        // A TIFF header: byte order, 42, offset of the first directory, whose entries have 12 bytes.
        if (exif.Length < 14 || !(exif.StartsWith("II*\0"u8) || exif.StartsWith("MM\0*"u8)))
            return SKEncodedOrigin.TopLeft;
        var isLittle = exif[0] == (byte)'I';
        var directory = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        if (directory > exif.Length - 2)
            return SKEncodedOrigin.TopLeft;
        var count = Short(exif[(int)directory..]);
        for (var at = (int)directory + 2; count > 0 && at + 12 <= exif.Length; count--, at += 12)
        {
            if (Short(exif[at..]) == Tag && Short(exif[(at + 8)..]) is >= 1 and <= 8 and var origin)
                return (SKEncodedOrigin)origin;
        }

        return SKEncodedOrigin.TopLeft;

        ushort Short(ReadOnlySpan<byte> from) =>
            isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(from) : BinaryPrimitives.ReadUInt16BigEndian(from);
    }

    /// <summary>Whether turning swaps rows and columns.</summary>
    public static bool IsTransposed(SKEncodedOrigin origin) =>
        origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;

    /// <summary>Pixels turned upright; the same array if they already are.</summary>
    /// <param name="pixels">height x width x channels, row-major, as stored.</param>
    public static T[] Upright<T>(T[] pixels, int height, int width, int channels, SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft)
            return pixels;
        var isTransposed = IsTransposed(origin);
        var (toHeight, toWidth) = isTransposed ? (width, height) : (height, width);
        // EXIF's names give the side of the stored first row, then of the stored first column.
        var fromRight = origin
            is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var fromBottom = origin
            is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom;
        var upright = new T[pixels.Length];
        for (int y = 0, at = 0; y < toHeight; y++)
        {
            for (var x = 0; x < toWidth; x++, at += channels)
            {
                var (column, row) = isTransposed ? (y, x) : (x, y);
                var from = ((fromBottom ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column)) * channels;
                pixels.AsSpan(from, channels).CopyTo(upright.AsSpan(at));
            }
        }

        return upright;
    }
}
