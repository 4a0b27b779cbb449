using System.Globalization;
using System.Text;
using System.Text.Json;
using SampleKit;

namespace SegSam.Cli.Sources;

/// <summary>COCO annotations as programs write them: ids are numbers (1, 1.0) or texts, sizes may be missing, numbers may be NaN.</summary>
/// <param name="Images">By id; a missing size is 0.</param>
internal sealed record CocoFile(
    IReadOnlyDictionary<string, CocoImage> Images, IReadOnlyDictionary<string, string> Categories, IReadOnlyList<JsonElement> Annotations)
{
    /// <exception cref="InvalidDataException">The file is not such JSON, or an id names two images or two categories.</exception>
    public static CocoFile Read(string path)
    {
        var root = Parse(path);
        if (List(root, "images") is not { } images || List(root, "annotations") is not { } annotations
            || List(root, "categories") is not { } categories)
        {
            throw new InvalidDataException(
                $"'{path}' does not contain COCO annotations: expected an object with the lists images, annotations and categories.");
        }

        return new(
            ById(path, images, "image", "file_name", (item, name) => new CocoImage(name, Whole(item, "height"), Whole(item, "width")),
                image => image.FileName),
            ById(path, categories, "category", "name", (_, name) => name, name => name),
            annotations);
    }

    /// <summary>A property of an object; undefined if there is none.</summary>
    public static JsonElement Get(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) ? value : default;

    /// <summary>An id as text, so that 1, 1.0 and "1" are equal; null if there is none.</summary>
    public static string? Id(JsonElement item, string name) => Get(item, name) switch
    {
        { ValueKind: JsonValueKind.Number } number => number.TryGetDecimal(out var value) && value == decimal.Truncate(value)
            ? value.ToString("0", CultureInfo.InvariantCulture) : number.GetRawText(),
        { ValueKind: JsonValueKind.String } text when text.GetString()!.Trim() is { Length: > 0 } trimmed => trimmed,
        _ => null,
    };

    /// <summary>Replaces NaN and Infinity, which Python writes although JSON has no such numbers, by strings of the same length.</summary>
    internal static void QuoteNonFinite(Span<byte> json)
    {
        var isText = false;
        for (var i = 0; i < json.Length; i++)
        {
            if (isText && json[i] == '\\')
                i++;
            else if (json[i] == '"')
                isText = !isText;
            else if (!isText && (json[i..].StartsWith("NaN"u8) || json[i..].StartsWith("Infinity"u8)))
            {
                var length = json[i] == 'N' ? 3 : 8;
                var start = i > 0 && json[i - 1] == '-' ? i - 1 : i;
                (json[start], json[i + length - 1]) = ((byte)'"', (byte)'"');
                i += length - 1;
            }
        }
    }

    private static JsonElement Parse(string path)
    {
        var json = Encoding.UTF8.GetBytes(TextFile.Read(path)).AsMemory();
        try
        {
            try
            {
                return JsonDocument.Parse(json).RootElement;
            }
            catch (JsonException)
            {
                QuoteNonFinite(json.Span);
                return JsonDocument.Parse(json).RootElement;
            }
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException(
                $"'{path}' is not readable as COCO annotations, because it is not JSON or cut off: {wrong.Message}", wrong);
        }
    }

    private static IReadOnlyList<JsonElement>? List(JsonElement root, string name) =>
        Get(root, name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : null;

    private static Dictionary<string, T> ById<T>(string path, IReadOnlyList<JsonElement> items, string what, string nameOfName,
        Func<JsonElement, string, T> make, Func<T, string> nameOf)
    {
        var found = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            // An item without an id or a name cannot be referenced.
            if (Id(item, "id") is not { } id || Get(item, nameOfName) is not { ValueKind: JsonValueKind.String } name
                || name.GetString()!.Trim().Length == 0)
                continue;
            if (!found.TryAdd(id, make(item, name.GetString()!)))
            {
                throw new InvalidDataException($"'{path}' has the {what} id {id} twice, for '{nameOf(found[id])}' and " +
                    $"'{name.GetString()}': annotations cannot distinguish them. Were files merged? Give each its own ids.");
            }
        }

        return found;
    }

    private static int Whole(JsonElement item, string name) =>
        Get(item, name) is { ValueKind: JsonValueKind.Number } number && number.GetDouble() is >= 1 and < int.MaxValue and var value
            && value == Math.Truncate(value) ? (int)value : 0;
}
