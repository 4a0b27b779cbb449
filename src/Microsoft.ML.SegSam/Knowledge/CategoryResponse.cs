using System.Text.Json;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>
/// A language model's response about a category: an entry, or everything that is wrong with it, worded so that the model can correct it.
/// </summary>
internal sealed class CategoryResponse
{
    private const int LongestText = 300, LongestSynonym = 80, MostSynonyms = 12;

    private static readonly string[] Texts = ["location", "shape", "texture", "border", "differs"];

    private readonly List<string> _faults = [];

    /// <param name="response">Text that holds a JSON object; a code fence or words around it are ignored.</param>
    /// <param name="category">The name in the request.</param>
    public CategoryResponse(string response, string category)
    {
        try
        {
            var (start, end) = (response.IndexOf('{', StringComparison.Ordinal), response.LastIndexOf('}'));
            var json = start < 0 ? response : response[start..(Math.Max(start, end) + 1)];
            using var document = JsonDocument.Parse(json, new() { AllowTrailingCommas = true });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                Entry = Read(document.RootElement, category);
            else
                _faults.Add($"it is not a JSON object but {Kind(document.RootElement)}");
        }
        catch (JsonException failure)
        {
            _faults.Add($"it is not valid JSON ({failure.Message.TrimEnd('.')})");
        }

        if (_faults.Count > 0)
            Entry = null;
    }

    /// <summary>The entry; null if there are faults.</summary>
    public CategoryEntry? Entry { get; }

    public IReadOnlyList<string> Faults => _faults;

    private CategoryEntry Read(JsonElement response, string category)
    {
        var name = Text(response, "name", LongestText);
        if (name.Length > 0 && (!CategoryName.AreAlike(name, category) || CategoryName.Of(name)?.Side != CategoryName.Of(category)?.Side))
            _faults.Add($"it is about '{Shorten(name)}', but the request was about '{category}'");
        var texts = Texts.ToDictionary(field => field, field => Text(response, field, LongestText));
        return new()
        {
            Name = category,
            Synonyms = Synonyms(response),
            HasSides = Field(response, "hasSides", JsonValueKind.True, JsonValueKind.False)?.GetBoolean() ?? false,
            Location = texts["location"],
            Shape = texts["shape"],
            Intensity = Intensity(response),
            Texture = texts["texture"],
            Border = texts["border"],
            Differs = texts["differs"],
        };
    }

    private List<string> Synonyms(JsonElement response)
    {
        if (Field(response, "synonyms", JsonValueKind.Array) is not { } array)
            return [];
        if (array.GetArrayLength() > MostSynonyms)
            _faults.Add($"synonyms holds {array.GetArrayLength()} names; at most {MostSynonyms} are accepted");
        return [.. array.EnumerateArray().Select(synonym => Phrase(synonym, "synonyms", LongestSynonym))];
    }

    private Dictionary<string, string> Intensity(JsonElement response)
    {
        var intensity = new Dictionary<string, string>();
        if (Field(response, "intensity", JsonValueKind.Object) is not { } texts)
            return intensity;
        foreach (var pair in texts.EnumerateObject())
        {
            var modality = CategoryRequest.Modalities.FirstOrDefault(known => known.Equals(pair.Name, StringComparison.OrdinalIgnoreCase));
            if (modality is not null)
                intensity[modality] = Phrase(pair.Value, $"intensity of {modality}", LongestText);
            else
                _faults.Add($"intensity names the modality '{Shorten(pair.Name)}'; the modalities are "
                    + $"{string.Join(", ", CategoryRequest.Modalities)}");
        }

        if (!texts.EnumerateObject().Any())
            _faults.Add("intensity is empty; at least one modality is needed");
        return intensity;
    }

    private string Text(JsonElement response, string field, int longest) =>
        Field(response, field, JsonValueKind.String) is { } text ? Phrase(text, field, longest) : "";

    private JsonElement? Field(JsonElement response, string field, params JsonValueKind[] kinds)
    {
        if (!response.TryGetProperty(field, out var value))
            _faults.Add($"{field} is missing");
        else if (kinds.Contains(value.ValueKind))
            return value;
        else
            _faults.Add($"{field} is {Kind(value)}, which is not the requested type");
        return null;
    }

    private string Phrase(JsonElement value, string field, int longest)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            _faults.Add($"{field} holds {Kind(value)}; a text is needed");
            return "";
        }

        var text = string.Join(' ', value.GetString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.', ' ');
        if (text.Length == 0)
            _faults.Add($"{field} holds an empty text");
        if (text.Length > longest)
            _faults.Add($"{field} holds a text of {text.Length} characters; at most {longest} are accepted");
        return text;
    }

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string Shorten(string text) => text.Length <= LongestSynonym ? text : text[..LongestSynonym] + "…";
}
