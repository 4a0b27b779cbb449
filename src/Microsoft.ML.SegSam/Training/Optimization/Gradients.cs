using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training.Optimization;

/// <summary>One thread's sums of gradients since the last <see cref="Clear"/>, as libtorch made them.</summary>
/// <remarks>Those that are not contiguous are copied.</remarks>
internal sealed class Gradients(TrainedWeights trained) : IDisposable
{
    private readonly Tensor?[] _own = new Tensor?[trained.Weights.Count], _ofCasts = new Tensor?[trained.Weights.Count];

    /// <summary>
    /// Adds the gradients of a loss. Unlike backward, this writes nothing to the shared weights, so threads do not disturb each other.
    /// </summary>
    public void Add(Tensor loss)
    {
        using var scope = NewDisposeScope();
        var cast = Enumerable.Range(0, _own.Length).Where(i => trained.Casts[i] is not null).ToList();
        var gradients = autograd.grad([loss], [.. trained.Weights, .. cast.Select(i => trained.Casts[i]!)], allow_unused: true);
        using var noGrad = no_grad();
        for (var i = 0; i < gradients.Count; i++)
        {
            if (!gradients[i].IsInvalid)
                Add(ref i < _own.Length ? ref _own[i] : ref _ofCasts[cast[i - _own.Length]], gradients[i]);
        }
    }

    /// <summary>
    /// The gradients of a weight, contiguous: at the weight itself and at its copy, in float32 or bfloat16, to be added up. None: nothing
    /// touched it.
    /// </summary>
    /// <param name="index">Of the weight.</param>
    public IEnumerable<Tensor> Of(int index) => ((Tensor?[])[_own[index], _ofCasts[index]]).OfType<Tensor>();

    public void Clear()
    {
        foreach (var sums in (Tensor?[][])[_own, _ofCasts])
        {
            foreach (var sum in sums)
                sum?.Dispose();
            Array.Clear(sums);
        }
    }

    public void Dispose() => Clear();

    // A sum of several is a tensor of its own, since two weights may have been given one gradient, and in float32: bfloat16 would lose
    // what is small beside it.
    private static void Add(ref Tensor? sum, Tensor gradient)
    {
        if (sum is null)
        {
            sum = gradient.contiguous().DetachFromDisposeScope();
            return;
        }

        var before = sum.dtype == ScalarType.BFloat16 ? sum.to(ScalarType.Float32) : sum;
        var total = before.add(gradient, Arithmetic.Number(1)).DetachFromDisposeScope();
        sum.Dispose();
        sum = total;
    }
}
