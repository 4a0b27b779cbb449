using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training.Optimization;

/// <summary>The weights that a run trains, and the copies in bfloat16 that products are computed with.</summary>
/// <remarks>
/// The copies are kept from step to step, and all threads share them. Gradients are asked for where the network uses a weight: at its copy,
/// at the weight itself, or at both.
/// </remarks>
internal sealed class TrainedWeights : IDisposable
{
    private readonly MixedPrecision.CastWeights? _casts;

    /// <param name="lowered">Parameters whose products are in bfloat16, trained or not; null: none.</param>
    public TrainedWeights(IReadOnlyList<Parameter> weights, IEnumerable<Parameter>? lowered = null)
    {
        Weights = weights;
        _casts = lowered is null ? null : MixedPrecision.CacheCasts(lowered, areTrained: true);
        Casts = [.. weights.Select(weight => _casts?.Of(weight))];
    }

    public IReadOnlyList<Parameter> Weights { get; }

    /// <summary>For each weight its copy in bfloat16; null: it has none.</summary>
    public IReadOnlyList<Tensor?> Casts { get; }

    /// <summary>Copies the weights again, as the optimizer does with each update; for other changes of them.</summary>
    public void Refresh() => _casts?.Refresh();

    public void Dispose() => _casts?.Dispose();
}
