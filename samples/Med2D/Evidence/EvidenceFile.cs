using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SampleKit;

namespace Med2D.Evidence;

/// <summary>evidence.json: all runs that a page is written from. New runs take the place of those with equal settings.</summary>
internal static class EvidenceFile
{
    private const int Digits = 4;

    private static readonly JsonSerializerOptions Json = new()
    {
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The runs of a file; none if there is no file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IReadOnlyList<EvidenceRun> Read(string path)
    {
        if (!File.Exists(path))
            return [];
        try
        {
            return JsonSerializer.Deserialize<Content>(File.ReadAllText(path), Json)!.Runs;
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"'{path}' is damaged: {wrong.Message} Delete it to start over.", wrong);
        }
    }

    /// <summary>Some runs and new ones, in a fixed order.</summary>
    public static IReadOnlyList<EvidenceRun> Merge(IEnumerable<EvidenceRun> before, IEnumerable<EvidenceRun> added) =>
    [
        .. before.Concat(added).GroupBy(run => (run.Variant, run.Settings.Seed)).Select(same => same.Last())
            .OrderByDescending(run => run.Settings.Images).ThenBy(run => run.Variant.ToString(), StringComparer.Ordinal)
            .ThenBy(run => run.Settings.Seed),
    ];

    /// <summary>Writes the file, whole: a line for each source of a run.</summary>
    public static void Write(string path, IReadOnlyList<EvidenceRun> runs)
    {
        var lines = new List<string> { "{ \"command\": \"report\", \"runs\": [" };
        foreach (var (i, run) in runs.Index())
        {
            var head = JsonSerializer.SerializeToNode(run with { Sources = [] }, Json)!.AsObject();
            head.Remove("sources");
            var scored = run.Scored.ToList();
            lines.Add($"  {head.ToJsonString(Json)[..^1]}, \"sources\": [");
            lines.AddRange(scored.Select((source, at) =>
                $"    {Rounded(JsonSerializer.SerializeToNode(source, Json)!).ToJsonString(Json)}{(at < scored.Count - 1 ? "," : "")}"));
            lines.Add($"  ] }}{(i < runs.Count - 1 ? "," : "")}");
        }

        OutputFile.Write(path, string.Join('\n', [.. lines, "] }", ""]));
    }

    private static JsonNode Rounded(JsonNode node)
    {
        if (node is JsonObject parent)
        {
            foreach (var (name, child) in parent.ToList())
            {
                if (child is JsonObject)
                    Rounded(child);
                else if (child is JsonValue value && value.TryGetValue<double>(out var number) && !value.TryGetValue<int>(out _))
                    parent[name] = Math.Round(number, Digits);
            }
        }

        return node;
    }

    private sealed record Content(string Command, IReadOnlyList<EvidenceRun> Runs);
}
