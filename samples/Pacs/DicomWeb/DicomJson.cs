using System.Globalization;
using System.Text.Json;

namespace Pacs.DicomWeb;

/// <summary>Reads data sets of DICOM's JSON model (PS3.18, F).</summary>
internal static class DicomJson
{
    public const string Modality = "00080060", SopInstance = "00081155", FailureReason = "00081197", Failed = "00081198",
        Referenced = "00081199", SeriesDescription = "0008103E", Study = "0020000D", Series = "0020000E", Position = "00200032",
        InstancesOfSeries = "00201209";

    /// <summary>The first value of an element as text; null where there is none.</summary>
    public static string? Text(JsonElement dataset, string tag) => Values(dataset, tag).Select(value => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    }).FirstOrDefault();

    /// <summary>An element's numbers, which some servers send as texts; empty where there are none.</summary>
    public static IReadOnlyList<double> Numbers(JsonElement dataset, string tag) => [.. Values(dataset, tag).Select(value =>
        value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : value.ValueKind == JsonValueKind.String && double.TryParse(value.GetString(), CultureInfo.InvariantCulture, out var number)
        ? number : double.NaN)];

    /// <summary>An element's values; of a sequence, its data sets. Empty where there are none.</summary>
    public static IEnumerable<JsonElement> Values(JsonElement dataset, string tag) =>
        dataset.ValueKind == JsonValueKind.Object && dataset.TryGetProperty(tag, out var element)
            && element.ValueKind == JsonValueKind.Object && element.TryGetProperty("Value", out var values)
            && values.ValueKind == JsonValueKind.Array ? values.EnumerateArray() : [];
}
