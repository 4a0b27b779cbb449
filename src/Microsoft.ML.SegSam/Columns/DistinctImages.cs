using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>
/// Finds which rows share an image: by their image id if they have one, else by equal pixels. One id for different images is an error, so
/// that no image is lost.
/// </summary>
/// <param name="row">The caller advances it.</param>
/// <param name="image">The image column.</param>
/// <param name="idColumn">Name of the id column, for messages.</param>
/// <param name="look">How DICOM files are shown; null: by their own windows.</param>
internal sealed class DistinctImages(DataViewRow row, DataViewSchema.Column image, string? idColumn, SliceLook? look = null)
{
    private readonly ImageReader _reader = new(row, image, look);
    private readonly Dictionary<UInt128, (UInt128 Pixels, bool IsTurned)> _pixelsOf = []; // by the digest of the file or ML.NET image
    private readonly Dictionary<string, (UInt128 Pixels, long Row)> _first = new(StringComparer.Ordinal);

    /// <summary>Reads the current row's image if no earlier row has it, and otherwise checks that the earlier row's is the same.</summary>
    /// <param name="id">The row's image id; null if it has none.</param>
    /// <returns>
    /// A text that is equal for rows of one image; the pixels for the first of these rows, null for the others; whether EXIF turned them.
    /// </returns>
    /// <exception cref="InvalidOperationException">
    /// There is no image, or the id stands for other pixels in an earlier row; the message names both rows.
    /// </exception>
    public (string Key, PixelImage? Pixels, bool IsTurned) Read(string? id)
    {
        if (_reader.ReadDigest() is not { } file)
        {
            return id is not null && _first.ContainsKey(id) ? (id, null, false)
                : throw ColumnCheck.BadRow(image.Name, row.Position, "there is no image; leave the row out");
        }

        PixelImage? decoded = null;
        if (!_pixelsOf.TryGetValue(file, out var known))
            _pixelsOf[file] = known = (Digest(decoded = _reader.Read()!), decoded.IsTurned);
        var (pixels, isTurned) = known;
        var key = id ?? $"{pixels:x}";
        if (_first.TryAdd(key, (pixels, row.Position)))
            return (key, decoded ?? _reader.Read(), isTurned);
        return _first[key] is var first && first.Pixels == pixels ? (key, null, isTurned)
            : throw ColumnCheck.BadRow(idColumn!, row.Position, $"image id '{id}' stands for another image here than in row {first.Row}; "
                + "rows share an id only where they share an image. Give every image an id of its own, such as its path");
    }

    /// <summary>A number that is equal for equal bytes, and practically never otherwise.</summary>
    public static UInt128 Digest(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private static UInt128 Digest(PixelImage pixels) => Digest(pixels.Rgb) ^ (UInt128)pixels.Width;
}
