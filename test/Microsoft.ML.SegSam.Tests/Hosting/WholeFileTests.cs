using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Tests.Support;


namespace Microsoft.ML.SegSam.Tests.Hosting;

/// <summary>A full disk or a power cut in the middle of writing costs nothing that was there before.</summary>
[TestClass]
public sealed class WholeFileTests
{
    [TestMethod]
    public void A_disk_that_is_full_in_the_middle_leaves_the_file_from_before_and_nothing_beside_it()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model");
        WholeFile.Write(path, file => file.Write("before"u8));
        Assert.ThrowsExactly<IOException>(() => WholeFile.Write(path, file =>
        {
            file.Write(new byte[100_000]);
            throw new IOException("No space left on device");
        }));
        Assert.AreEqual("before", File.ReadAllText(path));
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void What_a_power_cut_left_half_written_is_in_nobodys_way()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model");
        File.WriteAllText(path, "before");
        File.WriteAllText(path + ".partial", "a half-written file, longer than the next one");
        WholeFile.Write(path, file => file.Write("after"u8));
        Assert.AreEqual("after", File.ReadAllText(path));
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
    }
}
