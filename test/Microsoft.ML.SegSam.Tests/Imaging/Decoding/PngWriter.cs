using System.Buffers.Binary;
using System.IO.Compression;

namespace Microsoft.ML.SegSam.Tests.Imaging.Decoding;

/// <summary>
/// Writes PNG files of every color type and depth, plain or interlaced, as the specification says; written apart from the reader that it
/// tests.
/// </summary>
internal static class PngWriter
{
    // pass of each pixel of 8 x 8
    private static readonly string[] Adam7 =
        ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];

    /// <param name="sample">Of column, row and channel.</param>
    /// <param name="color">0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA.</param>
    /// <param name="exif">Orientation, 1 to 8; 0 for no EXIF block.</param>
    public static byte[] Of(
        int width, int height, int depth, int color, Func<int, int, int, int> sample, int filter = 0, bool interlaced = false,
            byte[]? palette = null, int exif = 0)
    {
        var channels = color switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var lines = new List<byte>();
        for (var pass = interlaced ? 1 : 0; pass <= (interlaced ? 7 : 0); pass++)
        {
            var above = Array.Empty<byte>();
            for (var y = 0; y < height; y++)
            {
                var columns = Enumerable.Range(0, width).Where(x => pass == 0 || Adam7[y % 8][x % 8] - '0' == pass).ToList();
                if (columns.Count == 0)
                    continue;
                var line = Pack([.. columns.SelectMany(x => Enumerable.Range(0, channels).Select(channel => sample(x, y, channel)))],
                    depth);
                if (above.Length == 0)
                    above = new byte[line.Length];
                lines.Add((byte)filter);
                lines.AddRange(Filtered(line, above, Math.Max(1, channels * depth / 8), filter));
                above = line;
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)color, (byte)(interlaced ? 1 : 0));
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write([.. lines]);
        var half = (int)packed.Length / 2;
        return
        [
            0x89, .. "PNG\r\n\x1A\n"u8, .. Chunk("IHDR"u8, header), .. palette is null ? [] : Chunk("PLTE"u8, palette), .. exif == 0 ? []
                : Chunk("eXIf"u8, Exif(exif)),
            .. Chunk("IDAT"u8, packed.ToArray()[..half]), .. Chunk("IDAT"u8, packed.ToArray()[half..]), .. Chunk("IEND"u8, []),
        ];
    }

    /// <summary>A TIFF block of big-endian order with one entry, the orientation.</summary>
    public static byte[] Exif(int orientation) =>
        [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    private static byte[] Pack(int[] samples, int depth)
    {
        if (depth == 16)
            return [.. samples.SelectMany(value => (byte[])[(byte)(value >> 8), (byte)value])];
        var line = new byte[(samples.Length * depth + 7) / 8];
        for (var i = 0; i < samples.Length; i++)
            line[i * depth / 8] |= (byte)(samples[i] << (8 - depth - i * depth % 8));
        return line;
    }

    private static IEnumerable<byte> Filtered(byte[] line, byte[] lineAbove, int step, int filter)
    {
        for (var i = 0; i < line.Length; i++)
        {
            int left = i < step ? 0 : line[i - step], above = lineAbove[i], corner = i < step ? 0 : lineAbove[i - step];
            yield return (byte)(
                line[i] - filter switch { 1 => left, 2 => above, 3 => (left + above) >> 1, 4 => Nearest(left, above, corner), _ => 0 });
        }
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
