using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using SkiaSharp;

namespace SampleKit;

/// <summary>Encodes raw pixels, row by row, as PNG. SkiaSharp encodes gray and color; it has no encoder for palettes.</summary>
public static class PngEncoder
{
    private const byte EightBits = 8, PaletteColor = 3;
    private static readonly byte[] Signature = [0x89, .. "PNG\r\n\x1A\n"u8];
    private static readonly uint[] Remainders = [.. Enumerable.Range(0, 256).Select(Remainder)];

    /// <summary>White where the mask is, black elsewhere.</summary>
    public static byte[] Of(SegmentationMask mask) =>
        Gray(Array.ConvertAll(mask.ToPixels(), inside => inside ? byte.MaxValue : byte.MinValue), mask.Height, mask.Width);

    /// <summary>A decoded image.</summary>
    public static byte[] Of(MLImage image)
    {
        var type = image.PixelFormat == MLPixelFormat.Bgra32 ? SKColorType.Bgra8888 : SKColorType.Rgba8888;
        return Encode(image.Pixels, image.Height, image.Width, type);
    }

    /// <param name="levels">height x width gray levels of 8 bits.</param>
    public static byte[] Gray(byte[] levels, int height, int width) => Encode(levels, height, width, SKColorType.Gray8);

    /// <param name="pixels">height x width x 4 bytes: red, green, blue, alpha. Alpha is ignored.</param>
    public static byte[] Rgba(byte[] pixels, int height, int width) => Encode(pixels, height, width, SKColorType.Rgba8888);

    /// <summary>A PNG whose pixels are numbers and whose palette displays them in color.</summary>
    /// <param name="pixels">height x width numbers, each below the number of colors.</param>
    /// <param name="colors">1 to 256 colors.</param>
    public static byte[] Indexed(ReadOnlySpan<byte> pixels, int height, int width, IReadOnlyList<Rgb> colors)
    {
        using var file = new MemoryStream();
        file.Write(Signature);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (EightBits, PaletteColor);
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "PLTE"u8, [.. colors.SelectMany(color => (byte[])[color.R, color.G, color.B])]);
        Chunk(file, "IDAT"u8, Compress(pixels, height, width));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static byte[] Encode(ReadOnlySpan<byte> pixels, int height, int width, SKColorType type)
    {
        using var image = SKImage.FromPixelCopy(new SKImageInfo(width, height, type, SKAlphaType.Opaque), pixels);
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static byte[] Compress(ReadOnlySpan<byte> pixels, int height, int width)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZLibStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zip.WriteByte(0); // no filter: filters predict smooth levels, and labels are not smooth
                zip.Write(pixels.Slice(y * width, width));
            }
        }

        return bytes.ToArray();
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(type);
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Sum(Sum(uint.MaxValue, type), content));
        file.Write(number);
    }

    // PNG's CRC-32 (PNG specification, annex D).
    private static uint Sum(uint sum, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
            sum = Remainders[(sum ^ value) & 0xFF] ^ (sum >> 8);
        return sum;
    }

    private static uint Remainder(int value)
    {
        var rest = (uint)value;
        for (var bit = 0; bit < 8; bit++)
            rest = (rest & 1) != 0 ? 0xEDB88320 ^ (rest >> 1) : rest >> 1;
        return rest;
    }
}
