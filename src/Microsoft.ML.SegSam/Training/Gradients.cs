using Microsoft.ML.SegSam.Network;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>The gradients of one piece of a step: a fixed buffer for each weight, zero where the piece did not touch the weight.</summary>
internal sealed class Gradients(IReadOnlyList<Parameter> weights) : IDisposable
{
    private readonly Tensor[] _buffers = [.. weights.Select(weight => zeros(weight.shape, weight.dtype, weight.device).DetachFromDisposeScope())];
    private readonly bool[] _touched = new bool[weights.Count];

    public IReadOnlyList<Tensor> Buffers => _buffers;

    public bool IsTouched(int index) => _touched[index];

    /// <summary>Takes the gradients of a loss. Unlike backward, this leaves the shared weights alone, so threads do not meet.</summary>
    public void Compute(Tensor loss)
    {
        using var scope = NewDisposeScope();
        var found = autograd.grad([loss], [.. weights], allow_unused: true);
        using var noGrad = no_grad();
        for (var i = 0; i < _buffers.Length; i++)
        {
            if (!found[i].IsInvalid)
                _buffers[i].copy_(found[i]);
            else if (_touched[i])
                _buffers[i].fill_(Arithmetic.Number(0));
            _touched[i] = !found[i].IsInvalid;
        }
    }

    /// <summary>Adds another piece's gradients to these.</summary>
    public void Add(Gradients other)
    {
        using var noGrad = no_grad();
        for (var i = 0; i < _buffers.Length; i++)
        {
            if (other._touched[i])
                _buffers[i].add_(other._buffers[i], Arithmetic.Number(1));
            _touched[i] |= other._touched[i];
        }
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers)
            buffer.Dispose();
    }
}
