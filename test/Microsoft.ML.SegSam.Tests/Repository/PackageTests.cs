using System.Text.Json;
using Microsoft.ML.SegSam.Tests.Support;
using SkiaSharp;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests.Repository;

[TestClass]
public sealed class PackageTests
{
    private static readonly string Cpu = OperatingSystem.IsWindows() ? "libtorch-cpu-win-x64"
        : OperatingSystem.IsMacOS() ? "libtorch-cpu-osx-arm64" : "libtorch-cpu-linux-x64";

    [TestMethod]
    public void A_program_gets_the_cpu_backend_of_its_system_by_default()
    {
        foreach (var choice in (string[][])[[], ["-p:TorchBackend=cpu"]])
            CollectionAssert.AreEquivalent(new[] { Cpu }, NativePackages("samples/Quickstart", choice));
    }

    [TestMethod]
    public void The_cuda_backend_has_the_version_of_TorchSharp()
    {
        CollectionAssert.AreEquivalent(
            new[] { "TorchSharp-cuda-linux" },
            NativePackages("samples/Quickstart", ["-p:TorchBackend=cuda-linux"]));
        var versions = Items("samples/Quickstart", "PackageVersion", []);
        Assert.AreEqual(versions["TorchSharp"], versions["TorchSharp-cuda-linux"]);
        Assert.AreEqual($"[{typeof(torch).Assembly.GetName().Version!.ToString(3)}]", versions["TorchSharp"]);
    }

    [TestMethod]
    public void No_backend_is_a_choice_too() => Assert.IsEmpty(NativePackages("samples/Quickstart", ["-p:TorchBackend=none"]));

    [TestMethod]
    public void An_unknown_backend_is_refused()
    {
        var (code, output, error) = ChildProcess.Dotnet(
            "msbuild", Path.Combine(SharedFolder.Repository, "samples/Quickstart"),
            "-t:CheckTorchBackend", "-p:TorchBackend=metal");
        Assert.AreNotEqual(0, code);
        Assert.Contains("TorchBackend is 'metal'; it must be cpu, cuda-linux or none.", output + error);
    }

    [TestMethod]
    public void The_library_itself_brings_no_native_torch()
    {
        var packages = Items("src/Microsoft.ML.SegSam", "PackageReference", []);
        Assert.Contains("TorchSharp", packages.Keys);
        Assert.IsEmpty(NativePackages("src/Microsoft.ML.SegSam", []));
    }

    [TestMethod]
    public void The_assemblies_that_load_are_those_that_fit_each_other()
    {
        Assert.AreEqual(2, typeof(SKBitmap).Assembly.GetName().Version!.Major, "SkiaSharp 3 breaks MLImage.");
        Assert.AreEqual(new Version(0, 107, 0, 0), typeof(torch).Assembly.GetName().Version);
        Assert.StartsWith("5.0.1", System.Diagnostics.FileVersionInfo.GetVersionInfo(typeof(MLContext).Assembly.Location).ProductVersion!);
    }

    private static List<string> NativePackages(string project, string[] properties) =>
        [.. Items(project, "PackageReference", properties).Keys.Where(name =>
            name.StartsWith("libtorch", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("TorchSharp-", StringComparison.OrdinalIgnoreCase))];

    private static Dictionary<string, string> Items(string project, string kind, string[] properties)
    {
        var (code, output, error) = ChildProcess.Dotnet(
            ["msbuild", Path.Combine(SharedFolder.Repository, project), $"-getItem:{kind}", .. properties]);
        Assert.AreEqual(0, code, output + error);
        using var json = JsonDocument.Parse(output);
        return json.RootElement.GetProperty("Items").GetProperty(kind).EnumerateArray().ToDictionary(
            item => item.GetProperty("Identity").GetString()!,
            item => item.TryGetProperty("Version", out var version) ? version.GetString()! : "");
    }
}
