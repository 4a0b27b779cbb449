using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.ML.SegSam.Display;

namespace Studio;

/// <summary>Writes PNG files whose pixels are numbers and whose palette shows them in color, which SkiaSharp does not.</summary>
internal static class IndexedPng
{
    private const byte EightBits = 8, Palette = 3;
    private static readonly byte[] Signature = [0x89, .. "PNG\r\n\x1A\n"u8];
    private static readonly uint[] Remainders = [.. Enumerable.Range(0, 256).Select(Remainder)];

    /// <param name="pixels">height x width numbers, row-major, each below the number of colors.</param>
    /// <param name="colors">1 to 256.</param>
    public static byte[] Write(ReadOnlySpan<byte> pixels, int height, int width, IReadOnlyList<Rgb> colors)
    {
        using var file = new MemoryStream();
        file.Write(Signature);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (EightBits, Palette);
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "PLTE"u8, [.. colors.SelectMany(color => (byte[])[color.R, color.G, color.B])]);
        Chunk(file, "IDAT"u8, Compress(pixels, height, width));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static byte[] Compress(ReadOnlySpan<byte> pixels, int height, int width)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZLibStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zip.WriteByte(0); // no filter: numbers have no slopes
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
        foreach (var each in bytes)
            sum = Remainders[(sum ^ each) & 0xFF] ^ (sum >> 8);
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
