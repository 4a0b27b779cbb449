using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network;

/// <summary>bfloat16 for products alone: linear layers, convolutions and attention. Weights, sums, norms, position codes and answers stay float32.</summary>
/// <remarks>
/// TorchSharp binds no autocast, and PyTorch's would lower the position codes too, whose phases bfloat16 cannot hold. The casts are part
/// of the graph: gradients of the weights come out in float32, and the backward pass needs no mode.
/// </remarks>
internal static class MixedPrecision
{
    private static readonly ConditionalWeakTable<Tensor, Tensor> Kept = [];
    [ThreadStatic] private static bool _isLowered;

    /// <summary>Whether this thread computes products in bfloat16.</summary>
    public static bool IsLowered => _isLowered;

    /// <summary>Sets the mode of this thread until the result is disposed.</summary>
    public static Scope Use(bool lowered) => new(lowered);

    /// <summary>As an operand of a product, in the thread's mode.</summary>
    public static Tensor ForProduct(this Tensor x) => !_isLowered ? x : Kept.TryGetValue(x, out var lowered) ? lowered : x.to(ScalarType.BFloat16);

    /// <summary>Keeps a module's weights in bfloat16 too, so that products need not lower them each time. For weights that change no more.</summary>
    /// <returns>Frees the copies.</returns>
    public static IDisposable Keep(nn.Module module)
    {
        using var noGrad = no_grad();
        var weights = module.parameters().Where(weight => weight.dim() > 1).ToDictionary(weight => weight, weight => weight.to(ScalarType.BFloat16).DetachFromDisposeScope());
        foreach (var (weight, lowered) in weights)
            Kept.Add(weight, lowered);
        return new LoweredWeights(weights);
    }

    /// <summary>As it must be for sums that need all digits.</summary>
    public static Tensor InFull(this Tensor x) => _isLowered ? x.to(ScalarType.Float32) : x;

    /// <summary>The mode before comes back on disposal.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly bool _before;

        public Scope(bool lowered) => (_before, _isLowered) = (_isLowered, lowered);

        public void Dispose() => _isLowered = _before;
    }

    private sealed class LoweredWeights(Dictionary<TorchSharp.Modules.Parameter, Tensor> weights) : IDisposable
    {
        public void Dispose()
        {
            foreach (var (weight, lowered) in weights)
            {
                Kept.Remove(weight);
                lowered.Dispose();
            }
        }
    }
}
