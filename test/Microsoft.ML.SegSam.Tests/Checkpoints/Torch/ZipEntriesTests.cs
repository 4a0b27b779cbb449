using System.Buffers.Binary;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Checkpoints.Torch;

[TestClass]
public sealed class ZipEntriesTests
{
    [TestMethod]
    public void A_directory_with_64_bit_numbers_as_beyond_4_GB_is_read()
    {
        var bytes = With64Bits(TorchWriter.Zip(TorchWriter.Pickle(SavedTensor.Matrix)));
        Assert.AreEqual(6, CheckpointBytes.Open(bytes, CheckpointBytes.ReadAll));
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "same.zip");
        File.WriteAllBytes(path, bytes);
        using var zip = System.IO.Compression.ZipFile.OpenRead(path);
        Assert.AreEqual(24, zip.GetEntry("m/data/0")!.Length, "Another reader reads it so, too: the test's own writing is sound.");
    }

    [TestMethod]
    [DataRow(8, DisplayName = "where its end is")]
    [DataRow(-16, DisplayName = "where the directory begins")]
    public void Numbers_of_64_bits_may_lie_too(int fromLocator)
    {
        var bytes = With64Bits(TorchWriter.Zip(TorchWriter.Pickle(SavedTensor.Matrix)));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(bytes.Length - 22 - 20 + (fromLocator < 0 ? -8 : fromLocator)),
            ulong.MaxValue - 5);
        StringAssert.Contains(CheckpointBytes.Refusal(bytes), "outside the file");
    }

    // Sizes and offsets of all entries, and of the directory, go where zip64 has them.
    private static byte[] With64Bits(byte[] zip)
    {
        var end = zip.AsSpan(^22);
        var (directory, count) = (BinaryPrimitives.ReadInt32LittleEndian(end[16..]), BinaryPrimitives.ReadUInt16LittleEndian(end[10..]));
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(zip, 0, directory);
        var at = directory;
        for (var i = 0; i < count; i++)
        {
            var entry = zip.AsSpan(at);
            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(entry[28..]);
            var (packed, length, offset) = (BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]));
            var changed = entry[..(46 + nameLength)].ToArray();
            changed.AsSpan(20, 8).Fill(255);
            changed.AsSpan(42, 4).Fill(255);
            changed[30] = 28;
            writer.Write(changed);
            writer.Write((ushort)1);
            writer.Write((ushort)24);
            writer.Write((ulong)length);
            writer.Write((ulong)packed);
            writer.Write((ulong)offset);
            at += 46 + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(entry[30..]) + BinaryPrimitives.ReadUInt16LittleEndian(
                entry[32..]);
        }

        var (end64, directoryLength) = (stream.Position, stream.Position - directory);
        writer.Write("PK\x06\x06"u8);
        writer.Write(44L);
        writer.Write(0x002d002d);
        writer.Write(0L); // disks
        writer.Write((long)count);
        writer.Write((long)count);
        writer.Write(directoryLength);
        writer.Write((long)directory);
        writer.Write("PK\x06\x07"u8);
        writer.Write(0);
        writer.Write(end64);
        writer.Write(1);
        writer.Write("PK\x05\x06"u8);
        writer.Write(0);
        writer.Write(-1); // counts
        writer.Write(-1L); // length and offset
        writer.Write((ushort)0);
        return stream.ToArray();
    }
}
