using System.Globalization;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Repository;

/// <summary>
/// A folder with the packages of this repository, under a version of its own: NuGet's cache would answer for one that it has seen.
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

    private readonly string _folder;

    /// <summary>Packs the library as it was built for the tests.</summary>
    public LocalFeed(string folder)
    {
        _folder = folder;
        var release = $"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}";
        var configuration = AppContext.BaseDirectory.Contains(release, StringComparison.Ordinal) ? "Release" : "Debug";
        Pack("Microsoft.ML.SegSam", "--no-build", "-c", configuration);
    }

    /// <summary>Packs the model, too, and returns the package's path.</summary>
    public string AddMini()
    {
        Pack("Microsoft.ML.SegSam.Mini");
        return Path.Combine(_folder, $"Microsoft.ML.SegSam.Mini.{Version}.nupkg");
    }

    public string Version { get; } =
        string.Create(CultureInfo.InvariantCulture, $"0.0.0-test.{Environment.ProcessId}.{Environment.TickCount64}");

    public void Dispose()
    {
        foreach (var id in (string[])["microsoft.ml.segsam", "microsoft.ml.segsam.mini"])
        {
            var restored = Path.Combine(Cache, id, Version);
            if (Directory.Exists(restored))
                Directory.Delete(restored, recursive: true);
        }
    }

    private void Pack(string project, params string[] options)
    {
        var (code, output, error) =
            ChildProcess.Dotnet(["pack", Path.Combine("src", project), $"-p:Version={Version}", "-o", _folder, .. options]);
        Assert.AreEqual(0, code, output + error);
    }
}
