using System.Text.Json;
using Microsoft.ML.SegSam.Checkpoints.Torch;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>The part of a network that SAM's own code has too, as a file under its official names.</summary>
internal static class SamWeights
{
    /// <summary>Writes a file beside the target and moves it there when it is whole; a file of that name is replaced.</summary>
    /// <exception cref="ArgumentException">The path ends in neither .safetensors nor .pth.</exception>
    public static void Save(string path, SegSamNetwork network, Preprocessing preprocessing)
    {
        var write = Writer(path, new(network.Config, preprocessing));
        var tensors = network.state_dict().Where(pair => PublishedNames.IsSam(pair.Key)).Select(pair => (pair.Key, pair.Value)).ToList();
        WholeFile.Write(path, file => write(file, tensors));
    }

    private static Action<Stream, IReadOnlyList<(string Name, Tensor Value)>> Writer(string path, SamDescription description)
    {
        var extension = Path.GetExtension(path);
        return extension.Equals(".safetensors", StringComparison.OrdinalIgnoreCase) ? (stream, tensors) => Safetensors.Write(stream, tensors, description.ToMetadata())
            : extension.Equals(".pth", StringComparison.OrdinalIgnoreCase) ? TorchZipWriter.Write
            : throw new ArgumentException(
                $"'{Path.GetFileName(path)}' {(extension.Length == 0 ? "has no extension" : $"ends in {extension}")}; expected is .safetensors or .pth, which says how the weights are written.", nameof(path));
    }
}

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
