using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Tests.Repository;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples.Notebooks;

/// <summary>A value that a code cell showed; cells count from 1.</summary>
internal sealed record ShownValue(int Cell, string Mime, string Value);

/// <summary>
/// Runs notebooks in the kernel of .NET Interactive, in a process of their own, from a copy of what the repository's user has around them.
/// </summary>
internal sealed class NotebookRun : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly LocalFeed _feed;

    public NotebookRun()
    {
        _feed = new(Path.Combine(_root.Path, "artifacts", "feed"));
        var (phantoms, kit) = (typeof(global::Phantoms.PhantomGenerator).Assembly, typeof(SampleKit.SamMed2DFolder).Assembly);
        Copy(phantoms, phantoms);
        Copy(kit, phantoms); // as a build leaves it beside the program that uses it
        Copy(kit, kit);
        CopyShipped();
        Directory.CreateDirectory(Folder);
        File.Copy(Path.Combine(Notebook.Folder, "NuGet.config"), Path.Combine(Folder, "NuGet.config"));
    }

    private void Copy(Assembly assembly, Assembly program)
    {
        var folder = Path.Combine(_root.Path, "samples", program.GetName().Name!, "bin", "Debug", "net10.0");
        Directory.CreateDirectory(folder);
        File.Copy(assembly.Location, Path.Combine(folder, Path.GetFileName(assembly.Location)));
    }

    // The model and the images that a build leaves beside SampleKit, and beside the program that uses it.
    private void CopyShipped()
    {
        foreach (var program in (string[])["SampleKit", "Phantoms"])
        {
            var folder = Path.Combine(_root.Path, "samples", program, "bin", "Debug", "net10.0");
            File.Copy(SampleKit.ShippedModel.Find(), Path.Combine(folder, "segsam-mini.zip"));
            Directory.CreateDirectory(Path.Combine(folder, "images"));
            foreach (var path in Directory.EnumerateFiles(SampleKit.SampleImages.Folder))
                File.Copy(path, Path.Combine(folder, "images", Path.GetFileName(path)));
        }
    }

    private string Folder => Path.Combine(_root.Path, "samples", "notebooks");

    /// <summary>Runs all code cells and returns what they showed.</summary>
    /// <param name="json">The notebook; the version of the library's package and the backend are made this machine's.</param>
    /// <exception cref="AssertFailedException">A cell failed; the message has its number, its error and its code.</exception>
    /// <exception cref="AssertInconclusiveException">The machine has no source of the packages that the library needs.</exception>
    public IReadOnlyList<ShownValue> Execute(string json)
    {
        var path = Path.Combine(Folder, "notebook.ipynb");
        File.WriteAllText(path, json.Replace($"Microsoft.ML.SegSam, {PackagePins.Library}", $"Microsoft.ML.SegSam, {_feed.Version}",
            StringComparison.Ordinal)
            .Replace("libtorch-cpu-linux-x64, ", $"{LocalFeed.Backend}, ", StringComparison.Ordinal));
        var (code, output, error) = ChildProcess.DotnetIn(Folder, ChildProcess.NotebookKernel, path);
        if (WhyPackagesAreOutOfReach(error) is { } reason)
            Assert.Inconclusive($"Skipped: this machine cannot restore the packages that a notebook asks for. {reason}");
        Assert.AreEqual(0, code, error);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<ShownValue>(line, JsonSerializerOptions.Web)!)];
    }

    /// <summary>
    /// NuGet's message that a source does not answer, or that no source knows a package of others; null when neither is what is wrong.
    /// </summary>
    internal static string? WhyPackagesAreOutOfReach(string error) =>
        Regex.Match(error,
            @"NU1301: (?!The local source).*|NU1101: Unable to find package (?!Microsoft\.ML\.SegSam\.).*") is { Success: true } found
            ? found.Value : null;

    public void Dispose()
    {
        _feed.Dispose();
        _root.Dispose();
    }
}
