using System.Buffers.Binary;
using System.IO.Compression;

namespace Microsoft.ML.SegSam.Tests.Samples;

/// <summary>Writes gray PNG files of 8 or 16 bits with one filter in all lines, as the specification says.</summary>
internal static class GrayPngWriter
{
    public static void Write(string path, int width, int height, Func<int, int, ushort> level, int bytes, int filter, byte color = 0, byte interlace = 0)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var raw = new byte[height + 1, width * bytes + bytes]; // a line above and a pixel to the left, both zero
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                if (bytes == 2)
                    raw[y + 1, bytes * (x + 1)] = (byte)(level(x, y) >> 8);
                raw[y + 1, bytes * (x + 2) - 1] = (byte)level(x, y);
            }
        }

        var lines = new List<byte>();
        for (var y = 1; y <= height; y++)
        {
            lines.Add((byte)filter);
            for (var i = bytes; i < raw.GetLength(1); i++)
            {
                int left = raw[y, i - bytes], above = raw[y - 1, i], corner = raw[y - 1, i - bytes];
                lines.Add((byte)(raw[y, i] - filter switch { 1 => left, 2 => above, 3 => (left + above) >> 1, 4 => Nearest(left, above, corner), _ => 0 }));
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)(8 * bytes), color, interlace);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write([.. lines]);
        var half = (int)packed.Length / 2;
        File.WriteAllBytes(path, [0x89, .. "PNG\r\n\x1A\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("gAMA"u8, [0, 0, 0, 1]),
            .. Chunk("IDAT"u8, packed.ToArray()[..half]), .. Chunk("IDAT"u8, packed.ToArray()[half..]), .. Chunk("IEND"u8, [])]);
    }

    private static int Nearest(int left, int above, int corner) =>
        ((int[])[left, above, corner]).MinBy(guess => Math.Abs(left + above - corner - guess)); // the first of equals

    private static byte[] Chunk(ReadOnlySpan<byte> kind, byte[] content)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        byte[] named = [.. kind, .. content];
        var crc = uint.MaxValue;
        foreach (var value in named)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }

        var check = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(check, ~crc);
        return [.. length, .. named, .. check];
    }
}
