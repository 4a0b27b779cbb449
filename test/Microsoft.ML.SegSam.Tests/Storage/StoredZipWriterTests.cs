using System.IO.Compression;
using System.Text;
using CsCheck;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Tests.Samples;

namespace Microsoft.ML.SegSam.Tests.Storage;

[TestClass]
public sealed class StoredZipWriterTests
{
    private const long BeyondFourGib = 5L << 30;

    [TestMethod]
    public void The_check_sum_is_the_one_that_standards_list() => Assert.AreEqual(0xCBF43926, Crc32.Of("123456789"u8));

    [TestMethod]
    public void Another_reader_finds_names_numbers_and_check_sums() =>
        Gen.Select(Gen.String[0, 40], Gen.Byte.Array[0, 100]).List[0, 5].Sample(items =>
        {
            var written = items.Select((item, i) => (Name: $"{i} {item.Item1}".Replace('\0', ' '), Data: item.Item2))
                .Where(item => !item.Name.Any(char.IsSurrogate)).ToList();
            using var ours = new ZipArchive(new MemoryStream(Zip(written)));
            using var theirs = new ZipArchive(new MemoryStream(TorchWriter.Zip(CompressionLevel.NoCompression, [.. written])));
            return ours.Entries.Select(entry => (entry.FullName, entry.Crc32, Convert.ToHexString(Bytes(entry))))
                .SequenceEqual(theirs.Entries.Select(entry => (entry.FullName, entry.Crc32, Convert.ToHexString(Bytes(entry)))));
        }, iter: 200);

    [TestMethod]
    public void Numbers_begin_at_multiples_of_64_bytes()
    {
        var mark = Encoding.ASCII.GetBytes("here the numbers begin");
        var zip = Zip(Enumerable.Range(0, 130).Select(length => (new string('n', length + 1), mark)));
        var found = new List<int>();
        for (var at = zip.AsSpan().IndexOf(mark); at >= 0; at = zip.AsSpan(at + 1).IndexOf(mark) is var next and >= 0 ? at + 1 + next : -1)
            found.Add(at % 64);
        Assert.HasCount(130, found);
        Assert.IsTrue(found.TrueForAll(rest => rest == 0));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)] // it would fill the gap
    public void Entries_beyond_4_GiB_are_found()
    {
        using var folder = new TemporaryFolder();
        using var file = File.Create(Path.Combine(folder.Path, "sparse.zip"));
        var zip = new StoredZipWriter(file);
        zip.Add("near", [1, 2, 3]);
        file.Position = BeyondFourGib;
        zip.Add("far", [4, 5, 6]);
        zip.Finish();
        file.Flush();
        var ours = new ZipEntries(file.SafeFileHandle);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, ours.Find("near")!.ReadAll());
        CollectionAssert.AreEqual(new byte[] { 4, 5, 6 }, ours.Find("far")!.ReadAll());
        using var theirs = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, Bytes(theirs.GetEntry("near")!));
        CollectionAssert.AreEqual(new byte[] { 4, 5, 6 }, Bytes(theirs.GetEntry("far")!));
    }

    private static byte[] Zip(IEnumerable<(string Name, byte[] Data)> entries)
    {
        using var stream = new MemoryStream();
        var zip = new StoredZipWriter(stream);
        foreach (var (name, data) in entries)
            zip.Add(name, data);
        zip.Finish();
        return stream.ToArray();
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var copy = new MemoryStream();
        using var stream = entry.Open();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
