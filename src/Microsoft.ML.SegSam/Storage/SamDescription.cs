using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>What our own safetensors files say of their weights in the header, beside names and shapes.</summary>
internal sealed record SamDescription(SegSamConfig Config, Preprocessing Preprocessing)
{
    private const string Key = "segsam";

    /// <summary>For the header.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata() => new Dictionary<string, string> { [Key] = JsonSerializer.Serialize(this, ModelArchive.Json) };

    /// <summary>From the header; null for files of others.</summary>
    /// <exception cref="InvalidDataException">It is not readable.</exception>
    public static SamDescription? From(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(Key, out var json))
            return null;
        try
        {
            if (JsonSerializer.Deserialize<SamDescription>(json, ModelArchive.Json) is { Config: not null, Preprocessing: not null } description)
                return description;
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"The header's entry '{Key}' is not readable: {failure.Message}", failure);
        }

        throw new InvalidDataException($"The header's entry '{Key}' lacks config or preprocessing.");
    }
}
