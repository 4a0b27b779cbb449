using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Reads the entries of a catalogue's JSON and checks each by itself; writes them.</summary>
internal static class CatalogueFile
{
    private const int Version = 1;

    /// <summary>How entries are written, here and in a cache of answers: in camel case, without what is left at its default.</summary>
    public static JsonSerializerOptions Format { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // read by people, never put into a page
        WriteIndented = true,
    };

    /// <param name="stream">UTF-8 JSON.</param>
    /// <param name="source">For messages.</param>
    /// <exception cref="InvalidDataException">No JSON, another version, or a field is missing, unknown or empty.</exception>
    public static IReadOnlyList<CategoryEntry> Read(Stream stream, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("version", out var version) || !root.TryGetProperty("entries", out var entries) || entries.ValueKind != JsonValueKind.Array)
                throw Bad(source, $"found no object with version and entries; expected {{ \"version\": {Version}, \"entries\": [ ... ] }}");
            if (version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number != Version)
                throw Bad(source, $"its version is {version.GetRawText()}, expected {Version}; bring the file to that format, or use the library it was written for");
            return [.. entries.EnumerateArray().Select((entry, i) => Check(ReadEntry(entry, i, source), i, source))];
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{source} is no JSON: {failure.Message} Correct it there; a catalogue is {{ \"version\": {Version}, \"entries\": [ ... ] }}.", failure);
        }
    }

    public static void Write(Stream stream, IReadOnlyList<CategoryEntry> entries) => JsonSerializer.Serialize(stream, new { version = Version, entries }, Format);

    public static InvalidDataException Bad(string source, string what, Exception? cause = null) => new($"{source} is no category catalogue: {what}.", cause);

    /// <exception cref="InvalidDataException">A text is empty, there is no intensity, or sides contradict each other.</exception>
    public static CategoryEntry Check(CategoryEntry entry, int index, string source)
    {
        foreach (var (field, text) in ((string, string?)[])[("name", entry.Name), ("location", entry.Location), ("shape", entry.Shape), ("texture", entry.Texture), ("border", entry.Border), ("differs", entry.Differs),
                     ("left", entry.Left ?? "-"), ("right", entry.Right ?? "-"), .. entry.Synonyms.Select(synonym => ("synonyms", (string?)synonym)),
                     .. entry.Intensity.SelectMany(pair => ((string, string?)[])[("intensity", pair.Key), ("intensity", pair.Value)])])
        {
            if (string.IsNullOrWhiteSpace(text))
                throw Bad(source, $"entry {index} ('{entry.Name}') has an empty text in {field}; write one, or leave the field out where it is optional");
        }

        if (entry.Intensity.Count == 0)
            throw Bad(source, $"entry {index} ('{entry.Name}') has no intensity; write at least one modality, such as \"CT\": \"bright\"");
        if (!entry.HasSides && (entry.Left ?? entry.Right) is not null)
            throw Bad(source, $"entry {index} ('{entry.Name}') says something of left or right, but hasSides is not true; set it, or remove the texts");
        return entry;
    }

    private static CategoryEntry ReadEntry(JsonElement element, int index, string source)
    {
        try
        {
            return element.Deserialize<CategoryEntry>(Format) ?? throw Bad(source, $"entry {index} is null; remove it");
        }
        catch (JsonException failure)
        {
            throw Bad(source, $"{Title(element, index)} does not fit: {failure.Message.TrimEnd('.')}. Required are name, location, shape, intensity (by modality), texture, border and differs; "
                + "synonyms, hasSides, left and right may be given", failure);
        }
    }

    private static string Title(JsonElement element, int index) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("name", out var name) ? $"entry {index} ({name.GetRawText()})" : $"entry {index}";
}
