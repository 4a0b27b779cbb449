using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Tests.Samples.Notebooks;
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

    [TestMethod]
    public void In_a_package_cache_shim_and_libtorch_are_found_in_the_packages_of_the_pinned_versions()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            Assert.Inconclusive("Skipped: the search is for Linux on x64.");
        var (shim, version) = (PackagePins.Versions["TorchSharp"], PackagePins.Versions["libtorch-cpu-linux-x64"]);
        var folders = TorchNatives.SearchFolders($"/cache/torchsharp/{shim}/lib/net8.0/TorchSharp.dll").ToList();
        Assert.Contains($"/cache/torchsharp/{shim}/runtimes/linux-x64/native", folders);
        Assert.Contains($"/cache/libtorch-cpu-linux-x64/{version}/runtimes/linux-x64/native", folders);
    }

    [TestMethod]
    public void The_program_s_own_files_come_before_those_of_the_cache()
    {
        var cache = Path.Combine(Path.GetTempPath(), "a");
        var folders = TorchNatives.SearchFolders(Path.Combine(cache, "b", "lib", "c", "TorchSharp.dll")).ToList();
        Assert.IsLessThan(folders.FindIndex(folder => folder.StartsWith(cache, StringComparison.Ordinal)),
            folders.IndexOf(AppContext.BaseDirectory));
    }
}
