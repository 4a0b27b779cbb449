using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>Weights of the golden models.</summary>
internal static class GoldenWeights
{
    /// <summary>Names of the models whose weights are here.</summary>
    public static IReadOnlyList<string> Models => [.. GoldenConfig.Models.Where(model => GoldenFolder.Has(model + ".safetensors") || GoldenFolder.Has(model + ".pth"))];

    /// <summary>All tensors of a model, from its safetensors file where there is one, else from its .pth through the library's reader.</summary>
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
