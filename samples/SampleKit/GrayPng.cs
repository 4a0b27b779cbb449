using System.Buffers.Binary;
using System.IO.Compression;

namespace SampleKit;

/// <summary>A gray PNG with every bit it has: MLImage keeps only the high byte of 16, and numbers up to 255 sit in the low one.</summary>
/// <remarks>Read after the PNG specification (ISO/IEC 15948); not interlaced, 8 or 16 bits.</remarks>
public sealed class GrayPng
{
    private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];
    private readonly ushort[] _levels;

    private GrayPng(int width, int height, ushort[] levels) => (Width, Height, _levels) = (width, height, levels);

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The gray level of a pixel, x to the right and y down.</summary>
    public ushort this[int x, int y] => _levels[y * Width + x];

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no PNG, one of another kind, or a damaged one.</exception>
    public static GrayPng Read(string path)
    {
        var file = File.ReadAllBytes(path);
        try
        {
            return Parse(file);
        }
        catch (InvalidDataException wrong)
        {
            throw new InvalidDataException($"'{path}' cannot be read as a map of numbered objects: {wrong.Message}", wrong);
        }
    }

    private static GrayPng Parse(byte[] file)
    {
        if (!file.AsSpan().StartsWith(Signature))
            throw new InvalidDataException("it is no PNG file.");
        var header = ReadOnlySpan<byte>.Empty;
        var (data, ended) = (new MemoryStream(), false);
        for (var at = Signature.Length; at + 12 <= file.Length && !ended;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12)
                break;
            var kind = file.AsSpan(at + 4, 4);
            var content = file.AsSpan(at + 8, (int)length);
            if (kind.SequenceEqual("IHDR"u8))
                header = content;
            else if (kind.SequenceEqual("IDAT"u8))
                data.Write(content);
            ended = kind.SequenceEqual("IEND"u8);
            at += 12 + (int)length;
        }

        if (!ended || header.Length != 13)
            throw new InvalidDataException("it is cut short or damaged; copy the file anew.");
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[4..]));
        var (depth, color, interlace) = (header[8], header[9], header[12]);
        if (depth is not (8 or 16) || color != 0 || interlace != 0)
            throw new InvalidDataException($"expected gray levels (color type 0) of 8 or 16 bits, not interlaced, found color type {color}, {depth} bits, interlace {interlace}.");
        if (width is < 1 or > 1 << 15 || height is < 1 or > 1 << 15)
            throw new InvalidDataException($"{width} x {height} pixels are too many or too few; a side may have 1 to 32768.");
        data.Position = 0;
        return new(width, height, Decode(data, width, height, depth / 8));
    }

    private static ushort[] Decode(MemoryStream data, int width, int height, int bytes)
    {
        using var plain = new ZLibStream(data, CompressionMode.Decompress);
        var levels = new ushort[width * height];
        var (above, line, filter) = (new byte[width * bytes], new byte[width * bytes], new byte[1]);
        try
        {
            for (var y = 0; y < height; y++)
            {
                plain.ReadExactly(filter);
                plain.ReadExactly(line);
                Unfilter(filter[0], line, above, bytes);
                for (var x = 0; x < width; x++)
                    levels[y * width + x] = bytes == 1 ? line[x] : BinaryPrimitives.ReadUInt16BigEndian(line.AsSpan(2 * x));
                (above, line) = (line, above);
            }
        }
        catch (EndOfStreamException wrong)
        {
            throw new InvalidDataException("its pixels are cut short; copy the file anew.", wrong);
        }

        return levels;
    }

    // Each byte was stored less a guess from its neighbors: left, above, or both.
    private static void Unfilter(byte filter, byte[] line, byte[] above, int bytes)
    {
        for (var i = 0; i < line.Length; i++)
        {
            var (left, corner) = i < bytes ? (0, 0) : (line[i - bytes], above[i - bytes]);
            line[i] += (byte)(filter switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                4 => Paeth(left, above[i], corner),
                _ => throw new InvalidDataException($"a line has filter {filter}, of which there are 0 to 4; copy the file anew."),
            });
        }
    }

    private static int Paeth(int left, int above, int corner)
    {
        var (toLeft, toAbove, toCorner) = (Math.Abs(above - corner), Math.Abs(left - corner), Math.Abs(left + above - 2 * corner));
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }
}
