using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Training;

/// <summary>A copy of the weights and buffers (running statistics) that training changes, to return to.</summary>
internal sealed class WeightSnapshot(Module network) : IDisposable
{
    private readonly List<(Tensor Weight, Tensor Copy)> _weights =
        [.. network.parameters().Where(weight => weight.requires_grad).Concat(network.buffers())
            .Select(weight => (weight, CopyOf(weight)))];

    /// <summary>The copies, named by their numbers.</summary>
    public IEnumerable<(string Name, Tensor Value)> State => _weights.Select((pair, i) => ($"{i}", pair.Copy));

    /// <summary>Copies the weights as they are now.</summary>
    public void Update()
    {
        using var noGrad = no_grad();
        foreach (var (weight, copy) in _weights)
            copy.copy_(weight);
    }

    /// <summary>Writes the copies back into the network.</summary>
    public void Restore()
    {
        using var noGrad = no_grad();
        foreach (var (weight, copy) in _weights)
            weight.copy_(copy);
    }

    private static Tensor CopyOf(Tensor weight)
    {
        using var detached = weight.detach();
        return detached.clone().DetachFromDisposeScope();
    }

    public void Dispose() => _weights.ForEach(pair => pair.Copy.Dispose());
}
