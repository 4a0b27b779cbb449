using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Storage;

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
