using System.Globalization;
using System.Text.Json;
using SampleKit;

namespace SegSam.Cli.Sources;

/// <summary>The categories of a label map's numbers.</summary>
/// <param name="Categories">Each with its numbers; a region has several, and a number may belong to several regions.</param>
/// <param name="Ignored">Numbers of unlabeled pixels.</param>
internal sealed record LabelNames(IReadOnlyList<(string Category, IReadOnlyList<int> Numbers)> Categories, IReadOnlyList<int> Ignored)
{
    private const string Labels = "labels", Ignore = "ignore"; // as in nnU-Net

    /// <summary>nnU-Net's dataset.json in a folder; null if there is none, or it has no labels.</summary>
    public static string? FileIn(string folder)
    {
        var path = Path.Combine(folder, "dataset.json");
        try
        {
            using var json = File.Exists(path) ? JsonDocument.Parse(TextFile.Read(path)) : null;
            return json?.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty(Labels, out var labels)
                && labels.ValueKind == JsonValueKind.Object ? path : null;
        }
        catch (JsonException)
        {
            return null; // another program's file
        }
    }

    /// <param name="path">JSON: {"1": "liver"}, or {"liver": 1}, or {"liver": [1, 2]}, or any of these under "labels", as in nnU-Net's
    /// dataset.json. 0 is the background.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not such JSON.</exception>
    public static LabelNames Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file '{path}' for --labels.");
        try
        {
            using var json = JsonDocument.Parse(TextFile.Read(path));
            var map = json.RootElement.TryGetProperty(Labels, out var inner) && inner.ValueKind == JsonValueKind.Object
                ? inner : json.RootElement;
            var all = map.EnumerateObject().Select(Pair).Where(pair => pair.Numbers.Count > 0).OrderBy(pair => pair.Numbers.Min()).ToList();
            var single = all.FindAll(pair => pair.Numbers.Count == 1).CountBy(pair => pair.Numbers[0])
                .FirstOrDefault(number => number.Value > 1);
            if (single.Value > 1)
                throw new FormatException($"the number {single.Key} has {single.Value} names");
            var isIgnored = all.ToLookup(pair => pair.Name.Equals(Ignore, StringComparison.OrdinalIgnoreCase));
            if (isIgnored.Contains(false))
                return new([.. isIgnored[false]], [.. isIgnored[true].SelectMany(pair => pair.Numbers)]);
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            throw Bad(path, wrong);
        }

        throw Bad(path, null);
    }

    private static (string Name, IReadOnlyList<int> Numbers) Pair(JsonProperty property)
    {
        int[] numbers = property.Value.ValueKind switch
        {
            JsonValueKind.Number => [property.Value.GetInt32()],
            JsonValueKind.Array => [.. property.Value.EnumerateArray().Select(number => number.GetInt32())],
            _ => [int.Parse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture)],
        };
        return (property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Name,
            [.. numbers.Where(number => number != 0).Distinct()]);
    }

    private static InvalidDataException Bad(string path, Exception? wrong) => new(
        $"'{path}' is not a list of labels: expected a JSON object such as {{\"1\": \"liver\", \"2\": \"spleen\"}}, every number once, "
        + $"or {{\"kidney\": [1, 2]}} for a region{(wrong is null ? "" : ": " + wrong.Message)}.", wrong);
}
