using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>One tensor of a safetensors file; offsets count from the end of the header.</summary>
internal readonly record struct SafetensorsEntry(string Name, ScalarType Type, long[] Shape, long Begin, long End);

/// <summary>The header of a safetensors file: 8 bytes of length, then JSON.</summary>
internal static class SafetensorsHeader
{
    private const int LargestHeader = 100_000_000; // the format's own limit
    private const string Metadata = "__metadata__";

    private static readonly (string Name, ScalarType Type, int Size)[] Types =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>Reads and checks a header. Entries are in the order of their data, which follow without gaps.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a safetensors header.</exception>
    public static IReadOnlyList<SafetensorsEntry> Read(Stream stream) => Read(stream, out _);

    /// <param name="metadata">Texts by key that the header carries in addition to the tensors.</param>
    /// <inheritdoc cref="Read(Stream)"/>
    public static IReadOnlyList<SafetensorsEntry> Read(Stream stream, out IReadOnlyDictionary<string, string> metadata)
    {
        Span<byte> prefix = stackalloc byte[8];
        ReadFully(stream, prefix, "the header's length");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LargestHeader)
            throw Invalid($"the header claims {length} bytes; at most {LargestHeader} are allowed");
        if (stream.CanSeek && length > (ulong)(stream.Length - stream.Position))
            throw Invalid($"they end {length - (ulong)(stream.Length - stream.Position)} bytes before the end of the header");
        var json = new byte[length];
        ReadFully(stream, json, "the header");
        try
        {
            using var document = JsonDocument.Parse(json);
            var entries = document.RootElement.EnumerateObject()
                .Where(property => property.Name != Metadata).Select(Parse)
                .OrderBy(entry => entry.Begin).ThenBy(entry => entry.End).ToList();
            CheckLayout(entries);
            metadata = document.RootElement.TryGetProperty(Metadata, out var texts)
                ? texts.EnumerateObject().DistinctBy(text => text.Name)
                    .ToDictionary(text => text.Name, text => text.Value.GetString() ?? "")
                : new Dictionary<string, string>();
            return entries;
        }
        catch (Exception failure) when (IsOtherJson(failure))
        {
            throw Invalid("the header does not have the expected JSON form: " + failure.Message);
        }
    }

    /// <summary>Writes the header of tensors that will follow in the same order, without gaps.</summary>
    /// <param name="metadata">Texts by key to carry in addition to the tensors.</param>
    public static void Write(
        Stream stream, IEnumerable<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WritePropertyName(Metadata);
                JsonSerializer.Serialize(json, metadata);
            }

            var offset = 0L;
            foreach (var (name, value) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", Types.First(type => type.Type == value.dtype).Name);
                json.WriteStartArray("shape");
                foreach (var side in value.shape)
                    json.WriteNumberValue(side);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += value.NumberOfElements * value.ElementSize);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' '); // aligns the data
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)buffer.Length);
        stream.Write(prefix);
        buffer.WriteTo(stream);
    }

    public static void ReadFully(Stream stream, Span<byte> into, string what)
    {
        var read = stream.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
        if (read < into.Length)
            throw Invalid($"they end {into.Length - read} bytes before the end of {what}");
    }

    public static InvalidDataException Invalid(string problem) => new($"Invalid safetensors data: {problem}.");

    // What System.Text.Json throws for text that is not JSON, for another kind of value, a missing property, and a number out of range.
    private static bool IsOtherJson(Exception failure) =>
        failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException;

    private static SafetensorsEntry Parse(JsonProperty property)
    {
        var typeName = property.Value.GetProperty("dtype").GetString();
        var (_, type, size) = Types.FirstOrDefault(type => type.Name == typeName);
        if (size == 0)
            throw Invalid($"tensor '{property.Name}' has the unknown type '{typeName}'");
        var shape = property.Value.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64()).ToArray();
        var offsets = property.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        var bytes = (Int128)size;
        foreach (var side in shape)
            bytes = side >= 0 && bytes >= 0 && bytes <= long.MaxValue ? bytes * side : -1; // once wrong, wrong to the end
        if (offsets is not [var begin, var end] || begin < 0 || bytes < 0 || end - (Int128)begin != bytes)
        {
            throw Invalid($"tensor '{property.Name}' of {typeName} [{CheckpointError.List(shape)}] does not fit its data_offsets "
                + $"[{CheckpointError.List(offsets)}]");
        }

        return new(property.Name, type, shape, begin, end);
    }

    private static void CheckLayout(List<SafetensorsEntry> entries)
    {
        var expected = 0L;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (!names.Add(entry.Name))
                throw Invalid($"tensor '{entry.Name}' occurs twice");
            if (entry.Begin != expected)
            {
                throw Invalid($"the data of '{entry.Name}' begin at {entry.Begin}, expected {expected}: "
                    + "tensors must follow each other without gap or overlap");
            }

            expected = entry.End;
        }
    }
}
