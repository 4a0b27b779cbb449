using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Reads the entries of a glossary's JSON and checks each one on its own; writes them.</summary>
internal static class GlossaryFile
{
    private const int Version = 1;
    private const string Example = """{ "version": 1, "entries": [ ... ] }""";

    /// <summary>
    /// How entries are written, here and in a response cache: in camel case, without properties that have their default value.
    /// </summary>
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
    /// <param name="source">Names the file in messages.</param>
    /// <exception cref="InvalidDataException">
    /// The stream is not JSON or has another version, or a field is missing, unknown or empty.
    /// </exception>
    public static IReadOnlyList<CategoryEntry> Read(Stream stream, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("version", out var version)
                || !root.TryGetProperty("entries", out var entries) || entries.ValueKind != JsonValueKind.Array)
                throw Invalid(source, $"found no object with version and entries; expected {Example}");
            if (version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number != Version)
                throw Invalid(source, $"its version is {version.GetRawText()}, expected {Version}; "
                    + "convert the file to that version, or use the library that it was written for");
            return [.. entries.EnumerateArray().Select((entry, i) => Check(ReadEntry(entry, i, source), i, source))];
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{source} is not valid JSON: {failure.Message} "
                + $"Correct it there; a glossary looks like {Example}.", failure);
        }
    }

    public static void Write(Stream stream, IReadOnlyList<CategoryEntry> entries) =>
        JsonSerializer.Serialize(stream, new { version = Version, entries }, Format);

    public static InvalidDataException Invalid(string source, string problem, Exception? cause = null) =>
        new($"{source} is not a valid category glossary: {problem}.", cause);

    /// <exception cref="InvalidDataException">A text is empty, intensity is missing, or the texts on sides contradict hasSides.</exception>
    public static CategoryEntry Check(CategoryEntry entry, int index, string source)
    {
        if (Texts(entry).FirstOrDefault(field => string.IsNullOrWhiteSpace(field.Text)) is { } empty)
            throw Invalid(source, $"entry {index} ('{entry.Name}') has an empty text in {empty.Name}; write one, or omit the field if it "
                + "is optional");
        if (entry.Intensity.Count == 0)
            throw Invalid(source, $"entry {index} ('{entry.Name}') has no intensity; write at least one modality, such as \"CT\": "
                + "\"bright\"");
        if (!entry.HasSides && (entry.Left ?? entry.Right) is not null)
            throw Invalid(source, $"entry {index} ('{entry.Name}') has a text for left or right, but hasSides is not true; set it, or "
                + "remove the texts");
        return entry;
    }

    // All texts that an entry gives.
    private static IEnumerable<Field> Texts(CategoryEntry entry)
    {
        yield return new("name", entry.Name);
        yield return new("location", entry.Location);
        yield return new("shape", entry.Shape);
        yield return new("texture", entry.Texture);
        yield return new("border", entry.Border);
        yield return new("differs", entry.Differs);
        if (entry.Left is { } left)
            yield return new("left", left);
        if (entry.Right is { } right)
            yield return new("right", right);
        foreach (var synonym in entry.Synonyms)
            yield return new("synonyms", synonym);
        foreach (var broader in entry.Broader)
            yield return new("broader", broader);
        foreach (var text in entry.Intensity.SelectMany(pair => (string?[])[pair.Key, pair.Value]))
            yield return new("intensity", text);
    }

    private static CategoryEntry ReadEntry(JsonElement element, int index, string source)
    {
        try
        {
            return element.Deserialize<CategoryEntry>(Format) ?? throw Invalid(source, $"entry {index} is null; remove it");
        }
        catch (JsonException failure)
        {
            throw Invalid(source, $"{Title(element, index)} does not have the expected form: {failure.Message.TrimEnd('.')}. "
                + "Name, location, shape, intensity (by modality), texture, border and differs are required; "
                + "synonyms, broader, hasSides, left and right are optional", failure);
        }
    }

    private static string Title(JsonElement element, int index) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("name", out var name)
            ? $"entry {index} ({name.GetRawText()})"
            : $"entry {index}";

    private sealed record Field(string Name, string? Text);
}
