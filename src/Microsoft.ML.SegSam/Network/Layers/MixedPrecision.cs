using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network.Layers;

/// <summary>
/// bfloat16 for matrix products alone: linear layers, convolutions and attention. Weights, sums, norms, position codes and outputs
/// stay float32.
/// </summary>
/// <remarks>
/// TorchSharp binds no autocast, and PyTorch's would also cast the position codes, whose phases bfloat16 cannot hold. The casts are part
/// of the graph: gradients of the weights come out in float32, and the backward pass needs no mode.
/// </remarks>
internal static class MixedPrecision
{
    private static readonly ConditionalWeakTable<Tensor, Tensor> CachedCasts = [];
    [ThreadStatic] private static bool _isBFloat16;

    /// <summary>Whether this thread computes products in bfloat16.</summary>
    public static bool IsBFloat16 => _isBFloat16;

    /// <summary>Sets the mode of this thread until the result is disposed.</summary>
    public static Scope Use(bool bfloat16) => new(bfloat16);

    /// <summary>The tensor as an operand of a product: in bfloat16 where the thread's mode says so, else as it is.</summary>
    public static Tensor ToComputeType(this Tensor x) =>
        !_isBFloat16 ? x : CachedCasts.TryGetValue(x, out var cast) ? cast : x.to(ScalarType.BFloat16);

    /// <summary>Keeps bfloat16 copies of a module's weights, which must no longer change, so that products need not cast them.</summary>
    /// <returns>Frees the copies.</returns>
    public static IDisposable CacheCasts(nn.Module module)
    {
        using var noGrad = no_grad();
        var weights = module.parameters().Where(weight => weight.dim() > 1)
            .ToDictionary(weight => weight, weight => weight.to(ScalarType.BFloat16).DetachFromDisposeScope());
        foreach (var (weight, cast) in weights)
            CachedCasts.Add(weight, cast);
        return new CastWeights(weights);
    }

    /// <summary>In float32 where the thread's mode is bfloat16, else as it is: for norms, and for what leaves the network.</summary>
    public static Tensor ToFloat32(this Tensor x) => _isBFloat16 ? x.to(ScalarType.Float32) : x;

    /// <summary>The previous mode comes back on disposal.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly bool _before;

        public Scope(bool bfloat16)
        {
            _before = _isBFloat16;
            _isBFloat16 = bfloat16;
        }

        public void Dispose() => _isBFloat16 = _before;
    }

    private sealed class CastWeights(Dictionary<TorchSharp.Modules.Parameter, Tensor> weights) : IDisposable
    {
        public void Dispose()
        {
            foreach (var (weight, cast) in weights)
            {
                CachedCasts.Remove(weight);
                cast.Dispose();
            }
        }
    }
}
