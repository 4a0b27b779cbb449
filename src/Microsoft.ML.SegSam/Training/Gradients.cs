using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Sums of gradients since the last <see cref="Clear"/>: a fixed buffer for each weight, which counts only where something touched the weight.</summary>
internal sealed class Gradients(IReadOnlyList<Parameter> weights) : IDisposable
{
    private readonly Tensor[] _buffers = [.. weights.Select(weight => zeros(weight.shape, weight.dtype, weight.device).DetachFromDisposeScope())];
    private readonly bool[] _touched = new bool[weights.Count];

    public IReadOnlyList<Tensor> Buffers => _buffers;

    public bool IsTouched(int index) => _touched[index];

    /// <summary>Adds the gradients of a loss. Unlike backward, this leaves the shared weights alone, so threads do not meet.</summary>
    public void Add(Tensor loss)
    {
        using var scope = NewDisposeScope();
        var found = autograd.grad([loss], [.. weights], allow_unused: true);
        using var noGrad = no_grad();
        for (var i = 0; i < _buffers.Length; i++)
        {
            if (!found[i].IsInvalid)
                Add(i, found[i]);
        }
    }

    /// <summary>Adds another thread's sums to these.</summary>
    public void Add(Gradients other)
    {
        using var noGrad = no_grad();
        for (var i = 0; i < _buffers.Length; i++)
        {
            if (other._touched[i])
                Add(i, other._buffers[i]);
        }
    }

    public void Clear() => Array.Clear(_touched);

    public void Dispose()
    {
        foreach (var buffer in _buffers)
            buffer.Dispose();
    }

    private void Add(int index, Tensor gradient)
    {
        if (_touched[index])
            _buffers[index].add_(gradient, Arithmetic.Number(1));
        else
            _buffers[index].copy_(gradient); // whatever was there counts no longer
        _touched[index] = true;
    }
}
