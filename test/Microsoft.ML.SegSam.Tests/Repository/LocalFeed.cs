using System.Globalization;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Repository;

/// <summary>
/// A folder with the library's package, under a version of its own: NuGet's cache would answer for a version that it has seen.
/// </summary>
internal sealed class LocalFeed : IDisposable
{
    /// <summary>NuGet's package cache.</summary>
    public static string Cache { get; } = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>The package of libtorch for this operating system's CPU.</summary>
    public static string Backend { get; } =
        OperatingSystem.IsWindows() ? "libtorch-cpu-win-x64"
        : OperatingSystem.IsMacOS() ? "libtorch-cpu-osx-arm64"
        : "libtorch-cpu-linux-x64";

    /// <summary>Packs the library as it was built for the tests.</summary>
    public LocalFeed(string folder)
    {
        var release = $"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}";
        var configuration = AppContext.BaseDirectory.Contains(release, StringComparison.Ordinal) ? "Release" : "Debug";
        var (code, output, error) = ChildProcess.Dotnet(
            "pack", Path.Combine("src", "Microsoft.ML.SegSam"), "--no-build", "-c", configuration, $"-p:Version={Version}", "-o", folder);
        Assert.AreEqual(0, code, output + error);
    }

    public string Version { get; } =
        string.Create(CultureInfo.InvariantCulture, $"0.0.0-test.{Environment.ProcessId}.{Environment.TickCount64}");

    public void Dispose()
    {
        var restored = Path.Combine(Cache, "microsoft.ml.segsam", Version);
        if (Directory.Exists(restored))
            Directory.Delete(restored, recursive: true);
    }
}
