using System.Buffers.Binary;
using System.IO.Compression;

namespace Microsoft.ML.SegSam.Imaging.Decoding;

/// <summary>
/// A PNG file with every bit of its samples. Common decoders keep 8 of 16 bits, and replace a palette's indices by colors.
/// </summary>
/// <remarks>
/// Written from the PNG specification (ISO/IEC 15948:2004): all color types and depths, plain and interlaced. Checksums are not verified;
/// damage shows in the deflate stream.
/// </remarks>
internal sealed class PngFile
{
    private const int MostDeflated = 1040; // deflate compresses at most 1032 to 1, so the file cannot contain a larger image than that
    private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];
    private static readonly (int X, int Y, int StepX, int StepY)[] Whole = [(0, 0, 1, 1)];

    private static readonly (int X, int Y, int StepX, int StepY)[] Interlaced =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private readonly List<Range> _data = [];

    private PngFile(ReadOnlySpan<byte> header)
    {
        Width = BinaryPrimitives.ReadInt32BigEndian(header);
        Height = BinaryPrimitives.ReadInt32BigEndian(header[4..]);
        Depth = header[8];
        Color = (PngColor)header[9];
        IsInterlaced = header[12] == 1;
        var depths = Color switch
        {
            PngColor.Gray => [1, 2, 4, 8, 16],
            PngColor.Palette => [1, 2, 4, 8],
            PngColor.Rgb or PngColor.GrayAlpha or PngColor.Rgba => [8, 16],
            _ => Array.Empty<int>(),
        };
        if (Width < 1 || Height < 1 || !depths.Contains(Depth) || header[12] > 1)
            throw Invalid($"its header declares {Width} x {Height} pixels of color type {(int)Color} with {Depth} bits");
        Channels = Color switch { PngColor.Rgb => 3, PngColor.GrayAlpha => 2, PngColor.Rgba => 4, _ => 1 };
    }

    public int Height { get; }

    public int Width { get; }

    /// <summary>Bits of a sample: 1, 2, 4, 8 or 16.</summary>
    public int Depth { get; }

    public PngColor Color { get; }

    /// <summary>Samples of a pixel, alpha included.</summary>
    public int Channels { get; }

    /// <summary>The raw EXIF block; empty if there is none.</summary>
    public byte[] Exif { get; private set; } = [];

    private bool IsInterlaced { get; }

    /// <summary>Reads the chunks, without decoding pixels yet.</summary>
    /// <returns>Null if the bytes are not a PNG file.</returns>
    /// <exception cref="InvalidDataException">The file is truncated or damaged.</exception>
    public static PngFile? Open(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Signature))
            return null;
        PngFile? png = null;
        for (var at = Signature.Length; ;)
        {
            if (file.Length - at < 12 || BinaryPrimitives.ReadUInt32BigEndian(file[at..]) is var length && length > file.Length - at - 12)
                throw Invalid("it ends in the middle of a chunk");
            var kind = file.Slice(at + 4, 4);
            var content = file.Slice(at + 8, (int)length);
            at += 12 + (int)length;
            if (kind.SequenceEqual("IHDR"u8) && length == 13)
                png ??= new(content);
            else if (png is null)
                throw Invalid("it does not begin with a header");
            else if (kind.SequenceEqual("IDAT"u8))
                png._data.Add((at - 4 - (int)length)..(at - 4));
            else if (kind.SequenceEqual("eXIf"u8))
                png.Exif = content.ToArray();
            else if (kind.SequenceEqual("IEND"u8))
                return png;
        }
    }

    /// <summary>Decompresses all samples.</summary>
    /// <param name="file">The bytes that were opened.</param>
    /// <returns>Height x Width x Channels, row-major, 0 to 2^Depth - 1; the indices of a palette image.</returns>
    /// <exception cref="InvalidDataException">The pixels are truncated or damaged.</exception>
    public ushort[] ReadSamples(ReadOnlySpan<byte> file)
    {
        using var data = new MemoryStream();
        foreach (var chunk in _data)
            data.Write(file[chunk]);
        var count = (long)Height * Width * Channels;
        if (count > Array.MaxLength || count * Depth / 8 > (data.Length + 1) * MostDeflated)
            throw Invalid($"{data.Length} bytes cannot hold {Width} x {Height} pixels");
        data.Position = 0;
        using var plain = new ZLibStream(data, CompressionMode.Decompress);
        var samples = new ushort[count];
        try
        {
            foreach (var (x, y, stepX, stepY) in IsInterlaced ? Interlaced : Whole)
                ReadPass(plain, samples, x, y, stepX, stepY);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException) // also one of zlib's own, which has no public name
        {
            throw Invalid("its pixels end early or do not decompress", failure);
        }

        return samples;
    }

    private void ReadPass(ZLibStream plain, ushort[] samples, int firstX, int firstY, int stepX, int stepY)
    {
        var columns = (Width - firstX + stepX - 1) / stepX;
        if (columns <= 0)
            return;
        var (pixelBytes, lineBytes) = (Math.Max(1, Channels * Depth / 8), (int)(((long)columns * Channels * Depth + 7) / 8));
        var (above, line, filter) = (new byte[lineBytes], new byte[lineBytes], new byte[1]);
        for (var y = firstY; y < Height; y += stepY)
        {
            plain.ReadExactly(filter);
            plain.ReadExactly(line);
            Unfilter(filter[0], line, above, pixelBytes);
            for (var i = 0; i < columns * Channels; i++)
            {
                var (column, channel) = Math.DivRem(i, Channels);
                samples[(y * Width + firstX + column * stepX) * Channels + channel] = Sample(line, i);
            }

            (above, line) = (line, above);
        }
    }

    private ushort Sample(byte[] line, int index) => Depth switch
    {
        16 => BinaryPrimitives.ReadUInt16BigEndian(line.AsSpan(2 * index)),
        8 => line[index],
        _ => (ushort)(line[index * Depth / 8] >> (8 - Depth - index * Depth % 8) & ((1 << Depth) - 1)), // the leftmost pixel is highest
    };

    // Each byte is stored as the difference to a prediction from its neighbors: left, above, or both.
    private static void Unfilter(byte filter, byte[] line, byte[] above, int pixelBytes)
    {
        for (var i = 0; i < line.Length; i++)
        {
            var (left, corner) = i < pixelBytes ? (0, 0) : (line[i - pixelBytes], above[i - pixelBytes]);
            line[i] += (byte)(filter switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                4 => Paeth(left, above[i], corner),
                _ => throw new InvalidDataException($"A line has filter {filter}; expected 0 to 4."),
            });
        }
    }

    private static int Paeth(int left, int above, int corner)
    {
        var (toLeft, toAbove, toCorner) = (Math.Abs(above - corner), Math.Abs(left - corner), Math.Abs(left + above - 2 * corner));
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }

    private static InvalidDataException Invalid(string problem, Exception? cause = null) =>
        new($"The PNG image is truncated or damaged: {problem}. Get the complete file.", cause);
}

/// <summary>PNG's color types.</summary>
internal enum PngColor
{
    Gray = 0,
    Rgb = 2,
    Palette = 3,
    GrayAlpha = 4,
    Rgba = 6,
}
