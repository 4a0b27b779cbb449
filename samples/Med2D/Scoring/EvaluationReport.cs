using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SampleKit;

namespace Med2D.Scoring;

/// <summary>What was scored, beside the figures.</summary>
/// <param name="Table">File name of the table.</param>
/// <param name="Split">The asked split; null where the table has none.</param>
/// <param name="Date">When, in UTC.</param>
/// <param name="Chosen">The sources that were scored; null: all of the table.</param>
/// <param name="Asked">The table's categories, with which the model answered; null: with its own.</param>
internal sealed record EvaluationFacts(
    string Table, string? Split, int ObjectsPerImage, int Seed, string? Model, string? ModelSha256, DateTimeOffset Date,
    IReadOnlyList<string>? Chosen = null, AskedCategories? Asked = null);

/// <summary>Categories that a model answers with in place of its own: those that it does not know are recognized by their texts.</summary>
/// <param name="Count">Of them all.</param>
/// <param name="NewSources">Sources of whose objects' categories the model knows none.</param>
internal sealed record AskedCategories(int Count, IReadOnlyList<string> NewSources);

/// <summary>Writes figures as report.json, for programs, and as a table, for people.</summary>
internal static class EvaluationReport
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    public const string FileName = "report.json";

    /// <remarks>
    /// Members: command · table, split, objectsPerImage, seed, date, chosen, asked · model {name, sha256}, null without one · sources
    /// {NAME: {modality, images, objects, PROMPT: figures}} · meanOverSources {sources, images, objects, PROMPT: figures} ·
    /// meanByModality {NAME: likewise}. Means leave out sources without images. <see cref="Figures"/> names the members of figures.
    /// </remarks>
    public static void Write(string path, EvaluationFacts facts, IReadOnlyList<SourceFigures> sources)
    {
        var scored = sources.Where(source => source.Images > 0).ToList();
        var report = new JsonObject
        {
            ["command"] = "evaluate",
            ["table"] = facts.Table,
            ["split"] = facts.Split,
            ["objectsPerImage"] = facts.ObjectsPerImage,
            ["seed"] = facts.Seed,
            ["date"] = facts.Date.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["chosen"] = JsonSerializer.SerializeToNode(facts.Chosen, Json),
            ["asked"] = JsonSerializer.SerializeToNode(facts.Asked, Json),
            ["model"] = facts.Model is null ? null : new JsonObject { ["name"] = facts.Model, ["sha256"] = facts.ModelSha256 },
            ["sources"] = new JsonObject(sources.Select(source => KeyValuePair.Create(source.Source, (JsonNode?)Source(source)))),
            ["meanOverSources"] = Mean(scored),
            ["meanByModality"] = new JsonObject(scored.GroupBy(source => source.Modality)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => KeyValuePair.Create(group.Key, (JsonNode?)Mean([.. group])))),
        };
        OutputFile.Write(path, report.ToJsonString(Json) + "\n");
    }

    /// <summary>Reads what <see cref="Write"/> wrote; means are left out.</summary>
    /// <exception cref="InvalidDataException">The file is none of this program.</exception>
    public static (EvaluationFacts Facts, IReadOnlyList<SourceFigures> Sources) Read(string path)
    {
        try
        {
            var report = (JsonNode.Parse(File.ReadAllText(path)) ?? throw new FormatException("It holds nothing.")).AsObject();
            var facts = new EvaluationFacts((string)Member(report, "table")!, (string?)report["split"],
                (int)Member(report, "objectsPerImage"), (int)Member(report, "seed"), (string?)report["model"]?["name"],
                (string?)report["model"]?["sha256"], DateTimeOffset.Parse((string)Member(report, "date")!, CultureInfo.InvariantCulture),
                report["chosen"].Deserialize<IReadOnlyList<string>>(Json), report["asked"].Deserialize<AskedCategories>(Json));
            var sources = Member(report, "sources").AsObject();
            return (facts, [.. sources.Select(source => ReadSource(source.Key, Member(sources, source.Key).AsObject()))]);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"'{path}' is no report of 'evaluate': {wrong.Message} Run 'evaluate' again.", wrong);
        }
    }

    private static SourceFigures ReadSource(string name, JsonObject node) => new(
        name, (string)Member(node, "modality")!, (int)Member(node, "images"), (int)Member(node, "objects"),
        node.Where(member => member.Value is JsonObject)
            .ToDictionary(member => member.Key, member => member.Value.Deserialize<Figures>(Json)!));

    private static JsonNode Member(JsonObject parent, string name) =>
        parent[name] ?? throw new FormatException($"It has no \"{name}\".");

    /// <summary>A line for each source and one for their mean: counts, then binary and semantic Dice of each kind of prompt.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<SourceFigures> sources)
    {
        var scored = sources.Where(source => source.Images > 0).ToList();
        var prompts = sources[0].Prompts.Keys.ToList();
        List<string[]> rows =
        [
            ["source", "images", "objects", .. prompts.SelectMany(prompt => Columns(prompt).Select(column => column.Name))],
            .. sources.Select(source => Row(source.Source, source.Images, source.Objects, prompt => source.Prompts[prompt])),
            Row(FormattableString.Invariant($"mean of {scored.Count}"), scored.Sum(source => source.Images),
                scored.Sum(source => source.Objects), prompt => Over(scored, prompt)),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToList();
        return rows.Select(row => string.Join("  ", row.Select((cell, column) =>
            column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))));

        string[] Row(string name, int images, int objects, Func<string, Figures> figures) =>
        [
            name, images.ToString(CultureInfo.InvariantCulture), objects.ToString(CultureInfo.InvariantCulture),
            .. prompts.SelectMany(prompt => Columns(prompt).Select(column => column.Of(figures(prompt)) is { } value
                ? value.ToString("0.000", CultureInfo.InvariantCulture) : "-")),
        ];
    }

    private static (string Name, Func<Figures, double?> Of)[] Columns(string prompt) => PromptNames.Baselines.Contains(prompt)
        ? [(prompt, figures => figures.BinaryDice)]
        : [(prompt, figures => figures.BinaryDice), ("semantic", figures => figures.SemanticDice)];

    private static JsonObject Source(SourceFigures source)
    {
        var node = new JsonObject { ["modality"] = source.Modality, ["images"] = source.Images, ["objects"] = source.Objects };
        foreach (var (prompt, figures) in source.Prompts)
            node[prompt] = JsonSerializer.SerializeToNode(figures, Json);
        return node;
    }

    private static JsonObject Mean(List<SourceFigures> sources)
    {
        var node = new JsonObject
        {
            ["sources"] = sources.Count,
            ["images"] = sources.Sum(source => source.Images),
            ["objects"] = sources.Sum(source => source.Objects),
        };
        foreach (var prompt in sources[0].Prompts.Keys)
            node[prompt] = JsonSerializer.SerializeToNode(Over(sources, prompt), Json);
        return node;
    }

    private static Figures Over(IEnumerable<SourceFigures> sources, string prompt) =>
        Figures.Over([.. sources.Select(source => source.Prompts[prompt])]);
}
