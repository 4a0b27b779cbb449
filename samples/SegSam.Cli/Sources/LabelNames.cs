using System.Globalization;
using System.Text.Json;
using SampleKit;

namespace SegSam.Cli.Sources;

/// <summary>Which number of a label map is which category.</summary>
internal static class LabelNames
{
    /// <param name="path">JSON: {"1": "liver"}, or {"liver": 1}, or either under "labels", as in nnU-Net's dataset.json. 0 is the background.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no such JSON.</exception>
    public static IReadOnlyDictionary<int, string> Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file '{path}' for --labels.");
        try
        {
            using var json = JsonDocument.Parse(TextFile.Read(path));
            var map = json.RootElement.TryGetProperty("labels", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : json.RootElement;
            var names = map.EnumerateObject().Select(Pair).Where(pair => pair.Number != 0).ToDictionary(pair => pair.Number, pair => pair.Name);
            if (names.Count > 0)
                return names;
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw Bad(path, wrong);
        }

        throw Bad(path, null);
    }

    private static (int Number, string Name) Pair(JsonProperty property) => property.Value.ValueKind == JsonValueKind.Number
        ? (property.Value.GetInt32(), property.Name)
        : (int.Parse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture), property.Value.GetString()!);

    private static InvalidDataException Bad(string path, Exception? wrong) =>
        new($"'{path}' is no list of labels: expected a JSON object such as {{\"1\": \"liver\", \"2\": \"spleen\"}}, every number once.", wrong);
}
