using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Prints metrics as JSON; NaN becomes null.</summary>
internal static class MetricsJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new NaNAsNull(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string Print<T>(T metrics) => JsonSerializer.Serialize(metrics, Options);

    // JSON has no NaN. Nothing in the metrics is infinite.
    private sealed class NaNAsNull : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsNaN(value))
                writer.WriteNullValue();
            else
                writer.WriteNumberValue(value);
        }
    }
}
