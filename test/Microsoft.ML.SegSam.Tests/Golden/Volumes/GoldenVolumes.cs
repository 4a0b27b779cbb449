using System.Text.Json;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Golden.Volumes;

/// <summary>
/// Medical files with what independent software reads in them: in the folder that SEGSAM_GOLDEN_VOLUMES names, else the shared one. Where
/// there is none, tests are skipped, and say so.
/// </summary>
internal static class GoldenVolumes
{
    private static readonly Lazy<Dictionary<string, JsonElement>> All = new(Read);

    public static string? Root { get; } = ((string?[])
        [Environment.GetEnvironmentVariable("SEGSAM_GOLDEN_VOLUMES"), Path.Combine(SharedFolder.Root, "golden-volumes")])
        .FirstOrDefault(folder => folder is not null && Directory.Exists(folder));

    /// <summary>The keys of entries as rows of a data-driven test; where there is no folder, one row that is skipped.</summary>
    /// <param name="start">How the keys begin.</param>
    /// <param name="needs">What the manifest asks for, such as "read".</param>
    public static IEnumerable<object[]> Rows(string start, params string[] needs) => Root is null ? [["none"]]
        : All.Value.Where(entry => entry.Key.StartsWith(start, StringComparison.Ordinal) && needs.Contains(Text(entry.Value, "need")))
            .Select(entry => new object[] { entry.Key });

    /// <summary>What the manifest says of a file.</summary>
    public static JsonElement Entry(string key)
    {
        if (Root is null)
            Assert.Inconclusive("Skipped: there is no folder golden-volumes; SEGSAM_GOLDEN_VOLUMES may name one.");
        return All.Value[key];
    }

    public static string PathOf(string key) => Path.Combine(Root!, key);

    public static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;

    public static double[] Numbers(JsonElement array) =>
        [.. array.EnumerateArray().SelectMany(item => item.ValueKind == JsonValueKind.Array ? Numbers(item) : [item.GetDouble()])];

    private static Dictionary<string, JsonElement> Read()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root!, "manifest.json")));
        return manifest.RootElement.GetProperty("files").EnumerateObject().ToDictionary(file => file.Name, file => file.Value.Clone());
    }
}
