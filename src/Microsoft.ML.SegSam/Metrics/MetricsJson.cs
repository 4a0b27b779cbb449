using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Prints metrics as JSON; NaN and infinity become null.</summary>
internal static class MetricsJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new NotFiniteAsNull(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string Print<T>(T metrics) => JsonSerializer.Serialize(metrics, Options);

    // JSON has neither NaN nor infinity, the distance to an empty mask.
    private sealed class NotFiniteAsNull : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
                writer.WriteNumberValue(value);
            else
                writer.WriteNullValue();
        }
    }
}
