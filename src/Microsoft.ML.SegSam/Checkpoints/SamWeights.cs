using System.Text.Json;
using Microsoft.ML.SegSam.Checkpoints.Torch;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>Saves the SAM part of a network under its official names.</summary>
internal static class SamWeights
{
    /// <summary>Writes the file atomically; an existing file is replaced.</summary>
    /// <exception cref="ArgumentException">
    /// The path does not end in .safetensors or .pth, or the network's masks begin with the prompt's, which a .pth cannot say.
    /// </exception>
    public static void Save(string path, SegSamNetwork network, Preprocessing preprocessing)
    {
        var write = Writer(path, new(network.Config, preprocessing));
        var tensors = network.state_dict().Where(pair => PublishedNames.IsSam(pair.Key)).Select(pair => (pair.Key, pair.Value)).ToList();
        WholeFile.Write(path, file => write(file, tensors));
    }

    private static Action<Stream, IReadOnlyList<(string Name, Tensor Value)>> Writer(string path, SamDescription description)
    {
        var extension = Path.GetExtension(path);
        if (extension.Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
            return (stream, tensors) => Safetensors.Write(stream, tensors, description.ToMetadata());
        if (extension.Equals(".pth", StringComparison.OrdinalIgnoreCase))
        {
            return !description.Config.MaskPrior ? TorchZipWriter.Write : throw new ArgumentException(
                $"'{Path.GetFileName(path)}' is a .pth, for SAM's code, but this model was not trained from a SAM's weights: its masks "
                + "begin with the prompt's mask, which SAM's code does not know. Expected: .safetensors, which this library reads again.",
                nameof(path));
        }

        throw new ArgumentException($"'{Path.GetFileName(path)}' {(extension.Length == 0 ? "has no extension" : $"ends in {extension}")}; "
            + "expected: .safetensors or .pth. The extension determines the format of the weights.", nameof(path));
    }
}

/// <summary>What this library's safetensors files state in their header in addition to names and shapes.</summary>
internal sealed record SamDescription(SegSamConfig Config, Preprocessing Preprocessing)
{
    private const string Key = "segsam";

    /// <summary>The description as an entry of the header.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata() =>
        new Dictionary<string, string> { [Key] = JsonSerializer.Serialize(this, ModelArchive.Json) };

    /// <summary>The description in the header; null for files from elsewhere.</summary>
    /// <exception cref="InvalidDataException">The description cannot be read.</exception>
    public static SamDescription? From(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(Key, out var json))
            return null;
        try
        {
            var description = JsonSerializer.Deserialize<SamDescription>(json, ModelArchive.Json);
            if (description is { Config: not null, Preprocessing: not null })
                return description;
        }
        catch (Exception failure) when (ConfigCheck.IsUnreadable(failure))
        {
            throw new InvalidDataException($"The header's entry '{Key}' cannot be read: {failure.Message}", failure);
        }

        throw new InvalidDataException($"The header's entry '{Key}' lacks config or preprocessing.");
    }
}
