using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Text.Json;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Golden.Reference;

/// <summary>
/// The folder of golden figures: where SEGSAM_GOLDEN says, else the shared one, else the trimmed copy that is part of the repository.
/// Files are found by pattern and cases by the names of tensors, so that any folder of the same form will do.
/// </summary>
internal static class GoldenFolder
{
    private static readonly ConcurrentDictionary<string, SafetensorsFile> Opened = [];

    /// <summary>The copy of the essentials in the repository.</summary>
    public static string Trimmed { get; } =
        Path.Combine(SharedFolder.Repository, "test", "Microsoft.ML.SegSam.Tests", "Golden", "trimmed");

    public static string Root { get; } = Find();

    public static bool IsTrimmed => Root == Trimmed;

    /// <summary>Names of the files of a form such as "*_encoder.safetensors", sorted.</summary>
    public static IReadOnlyList<string> Files(string pattern) =>
    [
        .. Directory.EnumerateFiles(Root).Select(path => Path.GetFileName(path))
            .Where(name => FileSystemName.MatchesSimpleExpression(pattern, name)).Order(StringComparer.Ordinal),
    ];

    /// <summary>The same as rows of a data-driven test; where there are none, one row whose file does not exist.</summary>
    public static IEnumerable<object[]> FileRows(string pattern) =>
        Files(pattern).DefaultIfEmpty(pattern).Select(file => new object[] { file });

    public static bool Has(string name) => File.Exists(Path.Combine(Root, name));

    /// <summary>The path of a file; the test is skipped, and says so, where there is none.</summary>
    public static string Require(string name)
    {
        if (!Has(name))
        {
            var folder = IsTrimmed ? "trimmed copy of the golden files" : "golden folder";
            Assert.Inconclusive($"Skipped: the {folder} has no {name} with figures for this test.");
        }

        return Path.Combine(Root, name);
    }

    /// <summary>A file read whole, once; the test is skipped where there is none.</summary>
    public static SafetensorsFile Open(string name) => Opened.GetOrAdd(Require(name), path => new(path));

    /// <inheritdoc cref="Open(string)"/>
    public static JsonElement Json(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Require(name)));
        return document.RootElement.Clone();
    }

    /// <summary>Tensors that no test has read, as "file: name".</summary>
    public static IEnumerable<string> Unread =>
        Files("*.safetensors").SelectMany(file => Open(file).Unread.Select(name => $"{file}: {name}"));

    /// <summary>Rows of a data-driven test: each file of a form, with each case that has a tensor of the given suffix.</summary>
    /// <returns>(file, case); where there are none, one row whose file does not exist, so that the test is there and is skipped.</returns>
    public static IEnumerable<object[]> Cases(string pattern, string suffix)
    {
        var rows = Files(pattern).SelectMany(file => Open(file).CasesWith(suffix).Select(name => new object[] { file, name }));
        return rows.DefaultIfEmpty([pattern, "*" + suffix]);
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("SEGSAM_GOLDEN") is { Length: > 0 } given)
        {
            return Directory.Exists(given) ? Path.GetFullPath(given) : throw new DirectoryNotFoundException(
                $"SEGSAM_GOLDEN names {given}, which is no folder. Name one, or unset it to use the shared folder or the trimmed copy.");
        }

        var shared = Path.Combine(SharedFolder.Root, "golden");
        return Directory.Exists(shared) ? shared : Trimmed;
    }
}
