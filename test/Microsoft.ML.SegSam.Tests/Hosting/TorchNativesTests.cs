using Microsoft.ML.SegSam.Hosting;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests.Hosting;

[TestClass]
public sealed class TorchNativesTests
{
    [TestMethod]
    public void Torch_computes_after_loading()
    {
        TorchNatives.EnsureLoaded();
        using var sum = torch.ones(2, 3).sum();
        Assert.AreEqual(6f, sum.item<float>());
    }

    [TestMethod]
    public void Only_the_named_version_need_is_marked_weak()
    {
        var shim = Directory.EnumerateFiles(AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories).FirstOrDefault();
        if (shim is null)
            Assert.Inconclusive("Skipped: no Linux shim in this build's output.");
        var before = File.ReadAllBytes(shim);
        var after = before.ToArray();
        Assert.AreEqual(1, ElfVersionNeeds.MarkWeak(after, "GLIBCXX_3.4.32"));
        Assert.AreEqual(1, before.Zip(after).Count(pair => pair.First != pair.Second), "One flag byte changes, nothing else.");
        Assert.AreEqual(0, ElfVersionNeeds.MarkWeak(after, "GLIBCXX_9.9.99"));
        CollectionAssert.AreEqual(before, File.ReadAllBytes(shim), "The package's file is never touched.");
    }

    [TestMethod]
    public void What_is_no_elf_library_is_left_alone()
    {
        byte[] text = [.. "not a library"u8];
        Assert.AreEqual(0, ElfVersionNeeds.MarkWeak(text, "GLIBCXX_3.4.32"));
    }
}
