using Microsoft.ML.SegSam.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden.Reference;

/// <summary>Weights of the golden models.</summary>
internal static class GoldenWeights
{
    /// <summary>Names of the models whose weights are here.</summary>
    public static IReadOnlyList<string> Models =>
        [.. GoldenConfig.Models.Where(model => GoldenFolder.Has(model + ".safetensors") || GoldenFolder.Has(model + ".pth"))];

    /// <summary>
    /// Checkpoints of torch.save, each with the safetensors file that holds the same tensors: "x_legacy.pth" and "x.safetensors".
    /// </summary>
    public static IEnumerable<(string Pickle, string Reference)> Twins =>
        from pickle in GoldenFolder.Files("*.pth")
        let reference = GoldenFolder.Files("*.safetensors")
            .Where(file => pickle.StartsWith(Path.GetFileNameWithoutExtension(file), StringComparison.Ordinal)).MaxBy(file => file.Length)
        where reference is not null
        select (pickle, reference);

    /// <summary>
    /// All tensors of a model, from its safetensors file where there is one, else from its .pth through the library's reader.
    /// </summary>
    public static IReadOnlyList<(string Name, Tensor Value)> Read(string model)
    {
        if (GoldenFolder.Has(model + ".safetensors"))
        {
            var weights = GoldenFolder.Open(model + ".safetensors");
            return [.. weights.Names.Select(name => (name, weights.Tensor(name)))];
        }

        using var file = CheckpointFile.Open(GoldenFolder.Require(model + ".pth"));
        return [.. file.Tensors.Select(tensor => (tensor.Name, tensor.Read()))];
    }
}
