using System.Text;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>Writes a zip of stored entries whose data begin at multiples of 64 bytes, as torch.save's do: such a file can be mapped into memory.</summary>
/// <remarks>
/// System.IO.Compression aligns nothing. Layout: PKWARE's APPNOTE, 4.3; entries carry no time, so that equal weights give equal files.
/// The 64-bit end is always written, as torch.save does; an entry is at most 2 GiB, but may lie anywhere.
/// </remarks>
internal sealed class StoredZipWriter(Stream stream)
{
    private const int Alignment = 64, LocalLength = 30, FieldLength = 4;
    private const ushort Needed = 45;           // 4.4.3.2: readers must know 64-bit offsets
    private const ushort Utf8 = 1 << 11;        // 4.4.4: how names are written
    private const ushort FirstDay = 1 << 5 | 1; // 1 January 1980
    private const ushort Padding = 0x4246;      // the extra field that torch.save pads with
    private readonly List<Entry> _entries = [];

    private sealed record Entry(byte[] Name, uint Sum, int Length, long Offset);

    public void Add(string name, ReadOnlySpan<byte> data)
    {
        var entry = new Entry(Encoding.UTF8.GetBytes(name), Crc32.Of(data), data.Length, stream.Position);
        _entries.Add(entry);
        var padding = (int)(-(entry.Offset + LocalLength + entry.Name.Length + FieldLength) & (Alignment - 1));
        using var writer = Writer();
        writer.Write("PK\x03\x04"u8);
        WriteCommon(writer, entry, extraLength: FieldLength + padding);
        writer.Write(entry.Name);
        writer.Write(Padding);
        writer.Write((ushort)padding);
        writer.Write(new byte[padding]);
        writer.Write(data);
    }

    /// <summary>Writes the directory, without which there is no zip.</summary>
    public void Finish()
    {
        var begin = stream.Position;
        using var writer = Writer();
        foreach (var entry in _entries)
            WriteDirectoryEntry(writer, entry);
        var end = stream.Position;

        writer.Write("PK\x06\x06"u8);
        writer.Write(44L);                      // length of the rest of this record
        writer.Write(Needed);
        writer.Write(Needed);
        writer.Write(0L);                       // disks
        writer.Write((long)_entries.Count);
        writer.Write((long)_entries.Count);
        writer.Write(end - begin);
        writer.Write(begin);

        writer.Write("PK\x06\x07"u8);
        writer.Write(0);
        writer.Write(end);
        writer.Write(1);                        // disks in all

        writer.Write("PK\x05\x06"u8);
        writer.Write(0);
        writer.Write(ushort.CreateSaturating(_entries.Count));
        writer.Write(ushort.CreateSaturating(_entries.Count));
        writer.Write(uint.CreateSaturating(end - begin));
        writer.Write(uint.CreateSaturating(begin));
        writer.Write((ushort)0);
    }

    private static void WriteDirectoryEntry(BinaryWriter writer, Entry entry)
    {
        // Not always, which would be simpler: PyTorch's reader adds the 32-bit offset to the length before it looks for the other.
        var isFar = entry.Offset >= uint.MaxValue;
        writer.Write("PK\x01\x02"u8);
        writer.Write(Needed);
        WriteCommon(writer, entry, extraLength: isFar ? FieldLength + sizeof(long) : 0);
        writer.Write((ushort)0);                // comment
        writer.Write(0L);                       // disk, attributes
        writer.Write(uint.CreateSaturating(entry.Offset));
        writer.Write(entry.Name);
        if (!isFar)
            return;
        writer.Write((ushort)1);
        writer.Write((ushort)sizeof(long));
        writer.Write(entry.Offset);
    }

    private static void WriteCommon(BinaryWriter writer, Entry entry, int extraLength)
    {
        writer.Write(Needed);
        writer.Write(Utf8);
        writer.Write((ushort)0);                // stored
        writer.Write((ushort)0);                // midnight
        writer.Write(FirstDay);
        writer.Write(entry.Sum);
        writer.Write(entry.Length);
        writer.Write(entry.Length);
        writer.Write((ushort)entry.Name.Length);
        writer.Write((ushort)extraLength);
    }

    private BinaryWriter Writer() => new(stream, Encoding.UTF8, leaveOpen: true);
}
