using System.Security.Cryptography;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Hosting;

[TestClass]
public sealed class TemporaryFileTests
{
    [TestMethod]
    public void Bytes_come_back_from_where_they_were_put_and_nothing_is_left()
    {
        using var folder = new TemporaryFolder();
        using (var file = new TemporaryFile(folder.Path))
        {
            Assert.AreEqual(0, file.Append([1, 2, 3]));
            Assert.AreEqual(3, file.Append([4, 5]));
            var read = new byte[3];
            file.Read(1, read);
            CollectionAssert.AreEqual(new byte[] { 2, 3, 4 }, read);
            CollectionAssert.AreEqual(SHA256.HashData([1, 2, 3, 4, 5]), file.Digest());
        }

        Assert.IsEmpty(Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void On_Unix_the_file_has_no_name_that_others_could_open_or_a_killed_process_could_leave()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Skipped: Windows keeps a file's name while it is open.");
        using var folder = new TemporaryFolder();
        using var file = new TemporaryFile(folder.Path);
        file.Append([1]);
        Assert.IsEmpty(Directory.GetFiles(folder.Path));
    }
}
