using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Tiff;

/// <summary>How the numbers of a page are packed.</summary>
internal enum TiffCompression
{
    None = 1,
    Lzw = 5,
    Deflate = 8,
    PackBits = 32773,
}

/// <summary>How the pixels of a page are stored.</summary>
/// <param name="Samples">Numbers of a pixel in the file.</param>
/// <param name="Kept">Those that are read: 3 for colors, else 1; the rest is opacity.</param>
/// <param name="Number">How one is stored.</param>
/// <param name="BlockWidth">Of a tile; of a strip the width of the page.</param>
internal sealed record TiffFormat(
    int Width, int Height, int Samples, int Kept, VoxelType Number, TiffCompression Compression, bool HasDifferences, bool IsInverted,
    bool IsTiled, int BlockWidth, int BlockHeight)
{
    private const int MostSamples = 16;
    private const long MostBytesOfBlock = 1 << 30;

    /// <summary>Blocks side by side.</summary>
    public int Across => (Width + BlockWidth - 1) / BlockWidth;

    public long Blocks => (long)Across * ((Height + BlockHeight - 1) / BlockHeight);

    /// <summary>Rows of a block; the last strip may be shorter, while tiles are filled up.</summary>
    public int RowsOf(int block) => IsTiled ? BlockHeight : Math.Min(BlockHeight, Height - block / Across * BlockHeight);

    /// <summary>Unpacked.</summary>
    public long BytesOf(int block) => (long)BlockWidth * RowsOf(block) * Samples * Number.Bytes();

    /// <exception cref="InvalidDataException">The page contradicts itself.</exception>
    /// <exception cref="NotSupportedException">It uses a part of TIFF that is not read.</exception>
    public static TiffFormat Of(TiffDirectory page)
    {
        var (width, height, samples) = (Side(page, TiffTag.Width), Side(page, TiffTag.Height), page.Whole(TiffTag.SamplesPerPixel, 1));
        if (samples is < 1 or > MostSamples)
            throw new NotSupportedException($"A pixel has {samples} numbers; expected 1, or 3 for red, green and blue.");
        var compression = page.Whole(TiffTag.Compression, 1) switch
        {
            1 => TiffCompression.None, 5 => TiffCompression.Lzw, 8 or 32946 => TiffCompression.Deflate, 32773 => TiffCompression.PackBits,
            var other => throw new NotSupportedException($"Compression {other} is not read; expected none, LZW, deflate or PackBits. "
                + "Convert the file first, for example by 'tiffcp -c lzw'."),
        };
        var isTiled = page.Has(TiffTag.TileOffsets);
        var (blockWidth, blockHeight) = isTiled ? (Side(page, TiffTag.TileWidth), Side(page, TiffTag.TileLength))
            : (width, (int)Math.Min(height, page.Whole(TiffTag.RowsPerStrip, height)));
        var (kept, isInverted) = ColorsOf(page, samples);
        var format = new TiffFormat(width, height, (int)samples, kept, TypeOf(page, samples), compression, HasPredictor(page),
            isInverted, isTiled, blockWidth, blockHeight);
        if (blockHeight < 1)
            throw new InvalidDataException("A strip of the page has no rows.");
        if (format.HasDifferences && format.Number is VoxelType.Float32 or VoxelType.Float64)
            throw new InvalidDataException("The page stores differences of whole numbers, and its numbers are floating-point.");
        return format.BytesOf(0) <= MostBytesOfBlock ? format : throw new InvalidDataException(
            $"A block of the page has {blockWidth} x {blockHeight} pixels; expected at most {MostBytesOfBlock} bytes.");
    }

    private static int Side(TiffDirectory page, TiffTag tag) => page.Whole(tag) is >= 1 and <= VolumeLimits.Side and var side ? (int)side
        : throw new InvalidDataException($"The page's {tag} is {page.Whole(tag)}; expected 1 to {VolumeLimits.Side}.");

    private static bool HasPredictor(TiffDirectory page) => page.Whole(TiffTag.Predictor, 1) switch
    {
        1 => false,
        2 => true,
        var other => throw new NotSupportedException($"Predictor {other} is not read; expected 1 or 2. Save the file without a predictor."),
    };

    private static (int Kept, bool IsInverted) ColorsOf(TiffDirectory page, long samples)
    {
        if (page.Whole(TiffTag.FillOrder, 1) != 1)
            throw new NotSupportedException("The page's bits are in reverse order (FillOrder 2), which is not read.");
        if (samples > 1 && page.Whole(TiffTag.PlanarConfiguration, 1) != 1)
            throw new NotSupportedException("The page's colors are stored one after the other (PlanarConfiguration 2), which is not read.");
        return page.Whole(TiffTag.Photometric, 1) switch
        {
            0 => (1, true),
            1 => (1, false),
            2 when samples >= 3 => (3, false),
            2 => throw new InvalidDataException($"The page has colors, and {samples} numbers a pixel; expected 3 or more."),
            var other => throw new NotSupportedException(
                $"Photometric interpretation {other} is not read; expected gray (0 or 1) or RGB (2)."),
        };
    }

    private static VoxelType TypeOf(TiffDirectory page, long samples)
    {
        var (bits, format) = (OfSamples(page, TiffTag.BitsPerSample, samples), OfSamples(page, TiffTag.SampleFormat, samples));
        return (format, bits) switch
        {
            (1 or 4, 8) => VoxelType.UInt8, (1 or 4, 16) => VoxelType.UInt16, (1 or 4, 32) => VoxelType.UInt32,
            (2, 8) => VoxelType.Int8, (2, 16) => VoxelType.Int16, (2, 32) => VoxelType.Int32,
            (3, 32) => VoxelType.Float32, (3, 64) => VoxelType.Float64,
            _ => throw new NotSupportedException($"Numbers of {bits} bits (SampleFormat {format}) are not read; expected whole "
                + "numbers of 8, 16 or 32 bits, or floating-point ones of 32 or 64."),
        };
    }

    // What all samples of a pixel must have in common; 1 where it is not said.
    private static long OfSamples(TiffDirectory page, TiffTag tag, long samples) =>
        page.Count(tag) == 0 ? 1 : page.Wholes(tag, Math.Min(samples, page.Count(tag))).Distinct().ToArray() is [var only] ? only
            : throw new NotSupportedException($"The numbers of a pixel differ in their {tag}, which is not read.");
}

/// <summary>A page: its format, and where its blocks lie.</summary>
internal sealed record TiffPage(TiffFormat Format, long[] Offsets, long[] Counts);
