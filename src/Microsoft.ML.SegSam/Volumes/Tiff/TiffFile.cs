using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Tiff;

/// <summary>The pages of a TIFF or BigTIFF file, without previews and masks of other pages.</summary>
/// <param name="First">The tags of the first page, with the description of all.</param>
/// <param name="LeftOut">Pages that are previews or masks.</param>
internal sealed record TiffFile(IReadOnlyList<TiffPage> Pages, TiffDirectory First, bool IsBigEndian, int LeftOut)
{
    private const int MostBlocks = 1 << 22; // of all pages
    private const int Reduced = 1, Mask = 4; // bits of the tag SubfileType

    // How many bytes one byte may become. LZW: a code of 9 bits or more stands for at most 4096.
    private static readonly Dictionary<TiffCompression, int> MostRatio = new()
    {
        [TiffCompression.None] = 1, [TiffCompression.PackBits] = 64, [TiffCompression.Deflate] = 1040, [TiffCompression.Lzw] = 4096,
    };

    /// <summary>Whether a file begins as TIFF or BigTIFF.</summary>
    public static bool Fits(ReadOnlySpan<byte> start) =>
        start.StartsWith("II*\0"u8) || start.StartsWith("MM\0*"u8) || start.StartsWith("II+\0"u8) || start.StartsWith("MM\0+"u8);

    /// <param name="bytes">Stays the caller's.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or its pages differ.</exception>
    /// <exception cref="NotSupportedException">It uses a part of TIFF that is not read.</exception>
    public static TiffFile Read(VoxelBytes bytes)
    {
        var start = new byte[4];
        new TiffNumbers(bytes, false).Read(0, start);
        var file = new TiffNumbers(bytes, isBigEndian: start[0] == 'M');
        var isBig = file.Whole(2, 2) == 43;
        if (isBig && (file.Whole(4, 2), file.Whole(6, 2)) != (8, 0))
            throw new InvalidDataException("The BigTIFF file has offsets that are not of 8 bytes.");
        var (pages, seen, first, leftOut, blocks) = (new List<TiffPage>(), new HashSet<long>(), default(TiffDirectory), 0, 0L);
        for (var at = isBig ? file.Whole(8, 8) : file.Whole(4, 4); at != 0;)
        {
            if (!seen.Add(at))
                throw new InvalidDataException("The pages of the file lead in a circle.");
            if (seen.Count > VolumeLimits.Side)
                throw new InvalidDataException($"The file has more than {VolumeLimits.Side} pages.");
            var directory = new TiffDirectory(file, at, isBig);
            at = directory.Next;
            if ((directory.Whole(TiffTag.SubfileType, 0) & (Reduced | Mask)) != 0)
            {
                leftOut++;
                continue;
            }

            var format = TiffFormat.Of(directory);
            blocks += format.Blocks;
            if (blocks > MostBlocks)
                throw new InvalidDataException($"The file has more than {MostBlocks} strips or tiles.");
            if (pages.Count > 0 && pages[0].Format is var other
                && format with { BlockWidth = other.BlockWidth, BlockHeight = other.BlockHeight, Compression = other.Compression,
                    HasDifferences = other.HasDifferences, IsTiled = other.IsTiled } != other)
            {
                throw new InvalidDataException($"The pages differ in size or type: page {pages.Count + 1} has {format.Width} x "
                    + $"{format.Height} pixels of {format.Number}, the first {other.Width} x {other.Height} of {other.Number}. Save those "
                    + "that belong together as a file of their own.");
            }

            first ??= directory;
            pages.Add(Place(directory, format, file.Length, pages.Count + 1));
        }

        return first is null ? throw new InvalidDataException("The file has no page.") : new(pages, first, file.IsBigEndian, leftOut);
    }

    private static TiffPage Place(TiffDirectory directory, TiffFormat format, long length, int number)
    {
        var count = format.Blocks;
        var offsets = directory.Wholes(format.IsTiled ? TiffTag.TileOffsets : TiffTag.StripOffsets, count);
        var sizes = directory.Wholes(format.IsTiled ? TiffTag.TileByteCounts : TiffTag.StripByteCounts, count);
        var all = 0L;
        for (var block = 0; block < count; block++)
        {
            if (offsets[block] > length || sizes[block] > length - offsets[block])
                throw new InvalidDataException($"Page {number} ends beyond the end of the file: the file is cut off, or damaged.");
            var unpacked = format.BytesOf(block);
            all += unpacked;
            if (unpacked > sizes[block] * MostRatio[format.Compression])
                throw new InvalidDataException($"Page {number} has a block of {sizes[block]} bytes, too few for its pixels.");
        }

        return all <= VolumeLimits.BytesAfterVoxels || all / VolumeLimits.PackingRatio <= length ? new(format, offsets, sizes)
            : throw new InvalidDataException(
                $"Page {number} unpacks to more than {VolumeLimits.PackingRatio} times the bytes of the file, which no image does.");
    }
}
