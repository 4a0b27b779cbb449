using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>The symbol versions that a 64-bit little-endian ELF library needs, and how to make one of them optional.</summary>
/// <remarks>Layout: ELF gABI and the GNU symbol versioning of the Linux Standard Base.</remarks>
internal static class ElfVersionNeeds
{
    private const uint VersionNeedSection = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort WeakVersion = 2;               // VER_FLG_WEAK

    /// <summary>Marks every need of <paramref name="version"/> (such as <c>GLIBCXX_3.4.32</c>) weak, in place.</summary>
    /// <returns>The number of needs marked; 0 if the library does not name that version or is not such an ELF file.</returns>
    public static int MarkWeak(Span<byte> library, string version)
    {
        if (library.Length < 64 || !library.StartsWith("\x7f"u8) || !library[1..].StartsWith("ELF\x02\x01"u8))
            return 0;

        var sectionTable = checked((int)Read64(library, 0x28));
        var sectionSize = Read16(library, 0x3a);
        var sectionCount = Read16(library, 0x3c);
        var name = Encoding.ASCII.GetBytes(version);
        var marked = 0;
        for (var i = 0; i < sectionCount; i++)
        {
            var section = sectionTable + i * sectionSize;
            if (Read32(library, section + 4) == VersionNeedSection)
            {
                var strings = sectionTable + checked((int)Read32(library, section + 0x28)) * sectionSize;
                marked += MarkWeak(library, FileOffset(library, section), FileOffset(library, strings), name);
            }
        }

        return marked;
    }

    // A chain of Verneed (one per library), each with a chain of Vernaux (one per version).
    private static int MarkWeak(Span<byte> library, int need, int strings, ReadOnlySpan<byte> version)
    {
        var marked = 0;
        while (true)
        {
            var entry = need + (int)Read32(library, need + 8);
            for (var left = Read16(library, need + 2); left > 0; left--)
            {
                var name = library[(strings + (int)Read32(library, entry + 8))..];
                if (name.StartsWith(version) && name[version.Length] == 0)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(library[(entry + 4)..], WeakVersion);
                    marked++;
                }

                entry += (int)Read32(library, entry + 12);
            }

            var next = (int)Read32(library, need + 12);
            if (next == 0)
                return marked;
            need += next;
        }
    }

    private static int FileOffset(ReadOnlySpan<byte> library, int section) => checked((int)Read64(library, section + 0x18));

    private static ushort Read16(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt16LittleEndian(data[at..]);

    private static uint Read32(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt32LittleEndian(data[at..]);

    private static ulong Read64(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt64LittleEndian(data[at..]);
}
