using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.SegSam.Storage;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.SegSam.Checkpoints.Torch;

/// <summary>An entry of the zip's directory.</summary>
internal readonly record struct ZipEntry(string Name, bool Deflated, long PackedLength, long Length, long HeaderOffset);

/// <summary>
/// The directory of a zip. It gives the offsets of stored entries, which System.IO.Compression does not, so they are read in place.
/// </summary>
/// <remarks>Checksums are not verified, which would read every byte twice. Layout: PKWARE's APPNOTE, 4.3.</remarks>
internal sealed class ZipEntries
{
    private const int EndLength = 22, LongestComment = 65535, LocatorLength = 20, End64Length = 56, HeaderLength = 46, LocalLength = 30;
    private const int LargestDirectory = 64 << 20;            // our choice; ViT-H has 600 entries, 60 KB
    private const long MostInflated = 1 << 30;                // our choice, for all deflated entries together: torch.save deflates none
    private const int MostInflation = 200;                    // our choice, for one entry: weights shrink by a few percent
    private const int FreeInflation = 1 << 20;                // the ratio is not checked up to this size
    private readonly SafeFileHandle _file;
    private readonly long _fileLength;
    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">The directory is missing, damaged or contradictory, or exceeds a limit.</exception>
    public ZipEntries(SafeFileHandle file)
    {
        _file = file;
        _fileLength = RandomAccess.GetLength(file);
        var (offset, length) = FindDirectory();
        if (length > LargestDirectory)
            throw CheckpointError.Invalid($"the zip's directory claims {length} bytes; at most {LargestDirectory} are allowed");
        var directory = new byte[length];
        FileBytes.ReadFully(file, offset, directory, "the zip's directory");
        for (ReadOnlySpan<byte> rest = directory; rest.Length > 0;)
            Add(ReadEntry(ref rest));
        CheckTotals(offset);
    }

    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Where an entry's data are; null if there is no such entry.</summary>
    public FileBytes? Find(string name)
    {
        if (!_entries.TryGetValue(name, out var entry))
            return null;
        Span<byte> local = stackalloc byte[LocalLength];
        var what = "the zip entry " + CheckpointError.Quote(name);
        FileBytes.ReadFully(_file, entry.HeaderOffset, local, what);
        if (!local.StartsWith("PK\x03\x04"u8))
            throw CheckpointError.Invalid($"{what} does not begin where the zip's directory says");
        var data = entry.HeaderOffset + LocalLength + UInt16(local, 26) + UInt16(local, 28);
        if (data + entry.PackedLength > _fileLength)
            throw CheckpointError.Invalid($"{what} extends beyond the end of the file");
        return new(_file, what, data, entry.PackedLength, entry.Length, entry.Deflated);
    }

    private (long Offset, long Length) FindDirectory()
    {
        var tailLength = (int)Math.Min(_fileLength, EndLength + LongestComment);
        var tail = new byte[tailLength];
        FileBytes.ReadFully(_file, _fileLength - tailLength, tail, "the zip");
        var at = tail.AsSpan(0, Math.Max(0, tailLength - EndLength + 4)).LastIndexOf("PK\x05\x06"u8);
        if (at < 0)
            throw CheckpointError.Invalid("the file begins like a zip but has no end record: it is truncated; download it again");
        var end = tail.AsSpan(at);
        var endOffset = _fileLength - tailLength + at;
        var (offset, length) = ((Int128)UInt32(end, 16), (Int128)UInt32(end, 12));
        if (at >= LocatorLength && tail.AsSpan(at - LocatorLength).StartsWith("PK\x06\x07"u8))
        {
            var end64Offset = UInt64(tail.AsSpan(at - LocatorLength), 8);
            if ((Int128)end64Offset + End64Length > endOffset)
                throw CheckpointError.Invalid("the zip's 64-bit end record lies outside the file");
            var end64 = new byte[End64Length];
            FileBytes.ReadFully(_file, (long)end64Offset, end64, "the zip's 64-bit end record");
            if (!end64.AsSpan().StartsWith("PK\x06\x06"u8))
                throw CheckpointError.Invalid("the zip's 64-bit end record is not where the zip says");
            (offset, length) = (UInt64(end64, 48), UInt64(end64, 40));
        }

        return offset + length <= endOffset
            ? ((long)offset, (long)length)
            : throw CheckpointError.Invalid("the zip's directory lies outside the file");
    }

    private static ZipEntry ReadEntry(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < HeaderLength || !rest.StartsWith("PK\x01\x02"u8))
            throw CheckpointError.Invalid("the zip's directory is damaged");
        var (nameLength, extraLength, commentLength) = (UInt16(rest, 28), UInt16(rest, 30), UInt16(rest, 32));
        if (rest.Length < HeaderLength + nameLength + extraLength + commentLength)
            throw CheckpointError.Invalid("the zip's directory ends inside an entry");
        var name = Encoding.UTF8.GetString(rest.Slice(HeaderLength, nameLength));
        if ((UInt16(rest, 8) & 1) != 0)
            throw CheckpointError.Invalid($"the zip entry {CheckpointError.Quote(name)} is encrypted");
        var method = UInt16(rest, 10);
        if (method is not (0 or 8))
            throw CheckpointError.Invalid($"the zip entry {CheckpointError.Quote(name)} is compressed with method {method}; only stored "
                + "(0) and deflated (8) are supported");
        ulong length = UInt32(rest, 24), packed = UInt32(rest, 20), header = UInt32(rest, 42);
        ReadExtra64(rest.Slice(HeaderLength + nameLength, extraLength), ref length, ref packed, ref header);
        if (length > long.MaxValue || packed > long.MaxValue || header > long.MaxValue || (method == 0 && packed != length))
            throw CheckpointError.Invalid($"the zip entry {CheckpointError.Quote(name)} declares impossible sizes");
        rest = rest[(HeaderLength + nameLength + extraLength + commentLength)..];
        return new(name, method == 8, (long)packed, (long)length, (long)header);
    }

    // 4.5.3: a 64-bit number for each 32-bit one that is all ones, in this order.
    private static void ReadExtra64(ReadOnlySpan<byte> extra, ref ulong length, ref ulong packed, ref ulong header)
    {
        while (extra.Length >= 4 && UInt16(extra, 2) is var size && size <= extra.Length - 4)
        {
            var field = extra.Slice(4, size);
            if (UInt16(extra, 0) == 1)
            {
                Widen(ref field, ref length);
                Widen(ref field, ref packed);
                Widen(ref field, ref header);
                return;
            }

            extra = extra[(4 + size)..];
        }
    }

    private static void Widen(ref ReadOnlySpan<byte> field, ref ulong value)
    {
        if (value != uint.MaxValue || field.Length < 8)
            return;
        value = UInt64(field, 0);
        field = field[8..];
    }

    private void Add(ZipEntry entry)
    {
        if (!_entries.TryAdd(entry.Name, entry))
            throw CheckpointError.Invalid($"the zip holds two entries named {CheckpointError.Quote(entry.Name)}");
        if (entry.Deflated && entry.Length > FreeInflation && entry.Length / MostInflation > entry.PackedLength)
        {
            throw CheckpointError.Invalid($"the zip entry {CheckpointError.Quote(entry.Name)} inflates {entry.PackedLength} bytes to "
                + $"{entry.Length}; at most {MostInflation} times is allowed");
        }

    }

    private void CheckTotals(long directory)
    {
        var inflated = _entries.Values.Where(entry => entry.Deflated).Aggregate(Int128.Zero, (sum, entry) => sum + entry.Length);
        if (inflated > MostInflated)
        {
            throw CheckpointError.Invalid($"the zip's entries inflate to {inflated} bytes; at most {MostInflated} are allowed. "
                + "Save the file again with torch.save, which deflates nothing");
        }

        Int128 end = 0;
        foreach (var entry in _entries.Values.OrderBy(entry => entry.HeaderOffset))
        {
            if (entry.HeaderOffset < end)
                throw CheckpointError.Invalid($"the zip entry {CheckpointError.Quote(entry.Name)} overlaps another");
            end = (Int128)entry.HeaderOffset + LocalLength + entry.PackedLength;
            if (end > directory)
                throw CheckpointError.Invalid($"the zip entry {CheckpointError.Quote(entry.Name)} extends beyond the end of the data");
        }
    }

    private static int UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong UInt64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
