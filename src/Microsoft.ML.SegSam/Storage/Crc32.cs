using System.Buffers.Binary;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>The check sum of zip entries (polynomial EDB88320, ITU-T V.42), eight bytes at a step.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = MakeTables();

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var (one, two, three, four, five, six, seven, eight) = (Tables[0], Tables[1], Tables[2], Tables[3], Tables[4], Tables[5], Tables[6], Tables[7]);
        var sum = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ sum;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            sum = eight[(byte)low] ^ seven[(byte)(low >> 8)] ^ six[(byte)(low >> 16)] ^ five[low >> 24]
                ^ four[(byte)high] ^ three[(byte)(high >> 8)] ^ two[(byte)(high >> 16)] ^ one[high >> 24];
        }

        foreach (var value in bytes)
            sum = one[(byte)(sum ^ value)] ^ (sum >> 8);
        return ~sum;
    }

    // Table k: what a byte does to the sum when k bytes follow it.
    private static uint[][] MakeTables()
    {
        var tables = Enumerable.Range(0, 8).Select(_ => new uint[256]).ToArray();
        for (var value = 0u; value < 256; value++)
        {
            var sum = value;
            for (var bit = 0; bit < 8; bit++)
                sum = (sum & 1) == 0 ? sum >> 1 : (sum >> 1) ^ 0xEDB88320;
            tables[0][value] = sum;
        }

        for (var k = 1; k < 8; k++)
        {
            for (var value = 0; value < 256; value++)
                tables[k][value] = (tables[k - 1][value] >> 8) ^ tables[0][(byte)tables[k - 1][value]];
        }

        return tables;
    }
}
