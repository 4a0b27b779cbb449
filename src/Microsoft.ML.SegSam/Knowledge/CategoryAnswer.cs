using System.Text.Json;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>What a language model said of a category: an entry, or all that is wrong with the answer, in words that it can act on.</summary>
internal sealed class CategoryAnswer
{
    private const int LongestText = 300, LongestSynonym = 80, MostSynonyms = 12;

    private static readonly string[] Texts = ["location", "shape", "texture", "border", "differs"];

    private readonly List<string> _faults = [];

    /// <param name="answer">Text that holds a JSON object; a code fence or words around it are passed over.</param>
    /// <param name="category">The name that was asked about.</param>
    public CategoryAnswer(string answer, string category)
    {
        try
        {
            var (start, end) = (answer.IndexOf('{', StringComparison.Ordinal), answer.LastIndexOf('}'));
            using var document = JsonDocument.Parse(start < 0 ? answer : answer[start..(Math.Max(start, end) + 1)], new() { AllowTrailingCommas = true });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                Entry = Read(document.RootElement, category);
            else
                _faults.Add($"it is no JSON object but {Kind(document.RootElement)}");
        }
        catch (JsonException failure)
        {
            _faults.Add($"it is no JSON ({failure.Message.TrimEnd('.')})");
        }

        if (_faults.Count > 0)
            Entry = null;
    }

    /// <summary>The entry; null where there are faults.</summary>
    public CategoryEntry? Entry { get; }

    public IReadOnlyList<string> Faults => _faults;

    private CategoryEntry Read(JsonElement answer, string category)
    {
        if (Text(answer, "name", LongestText) is { Length: > 0 } name && (!CategoryName.AreAlike(name, category) || CategoryName.Of(name)?.Side != CategoryName.Of(category)?.Side))
            _faults.Add($"it is about '{Shorten(name)}', but '{category}' was asked for");
        var texts = Texts.ToDictionary(field => field, field => Text(answer, field, LongestText));
        return new()
        {
            Name = category,
            Synonyms = Synonyms(answer),
            HasSides = Field(answer, "hasSides", JsonValueKind.True, JsonValueKind.False)?.GetBoolean() ?? false,
            Location = texts["location"],
            Shape = texts["shape"],
            Intensity = Intensity(answer),
            Texture = texts["texture"],
            Border = texts["border"],
            Differs = texts["differs"],
        };
    }

    private List<string> Synonyms(JsonElement answer)
    {
        if (Field(answer, "synonyms", JsonValueKind.Array) is not { } array)
            return [];
        if (array.GetArrayLength() > MostSynonyms)
            _faults.Add($"synonyms holds {array.GetArrayLength()} names; at most {MostSynonyms} are taken");
        return [.. array.EnumerateArray().Select(synonym => Phrase(synonym, "synonyms", LongestSynonym))];
    }

    private Dictionary<string, string> Intensity(JsonElement answer)
    {
        var intensity = new Dictionary<string, string>();
        if (Field(answer, "intensity", JsonValueKind.Object) is not { } found)
            return intensity;
        foreach (var pair in found.EnumerateObject())
        {
            if (CategoryPrompt.Modalities.FirstOrDefault(known => known.Equals(pair.Name, StringComparison.OrdinalIgnoreCase)) is { } modality)
                intensity[modality] = Phrase(pair.Value, $"intensity of {modality}", LongestText);
            else
                _faults.Add($"intensity names the modality '{Shorten(pair.Name)}'; known are {string.Join(", ", CategoryPrompt.Modalities)}");
        }

        if (!found.EnumerateObject().Any())
            _faults.Add("intensity is empty; at least one modality is needed");
        return intensity;
    }

    private string Text(JsonElement answer, string field, int longest) =>
        Field(answer, field, JsonValueKind.String) is { } found ? Phrase(found, field, longest) : "";

    private JsonElement? Field(JsonElement answer, string field, params JsonValueKind[] kinds)
    {
        if (!answer.TryGetProperty(field, out var found))
            _faults.Add($"{field} is missing");
        else if (kinds.Contains(found.ValueKind))
            return found;
        else
            _faults.Add($"{field} is {Kind(found)}, which does not fit the form");
        return null;
    }

    private string Phrase(JsonElement found, string field, int longest)
    {
        if (found.ValueKind != JsonValueKind.String)
        {
            _faults.Add($"{field} holds {Kind(found)}, where a text is needed");
            return "";
        }

        var text = string.Join(' ', found.GetString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.', ' ');
        if (text.Length == 0)
            _faults.Add($"{field} holds an empty text");
        if (text.Length > longest)
            _faults.Add($"{field} holds a text of {text.Length} characters; at most {longest} are taken");
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
