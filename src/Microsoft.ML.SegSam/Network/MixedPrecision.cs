using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network;

/// <summary>bfloat16 for products alone: linear layers, convolutions and attention. Weights, sums, norms, position codes and answers stay float32.</summary>
/// <remarks>
/// TorchSharp binds no autocast, and PyTorch's would lower the position codes too, whose phases bfloat16 cannot hold. The casts are part
/// of the graph: gradients of the weights come out in float32, and the backward pass needs no mode.
/// </remarks>
internal static class MixedPrecision
{
    [ThreadStatic] private static bool _isLowered;

    /// <summary>Whether this thread computes products in bfloat16.</summary>
    public static bool IsLowered => _isLowered;

    /// <summary>Sets the mode of this thread until the result is disposed.</summary>
    public static Scope Use(bool lowered) => new(lowered);

    /// <summary>As an operand of a product, in the thread's mode.</summary>
    public static Tensor ForProduct(this Tensor x) => _isLowered ? x.to(ScalarType.BFloat16) : x;

    /// <summary>As it must be for sums that need all digits.</summary>
    public static Tensor InFull(this Tensor x) => _isLowered ? x.to(ScalarType.Float32) : x;

    /// <summary>The mode before comes back on disposal.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly bool _before;

        public Scope(bool lowered) => (_before, _isLowered) = (_isLowered, lowered);

        public void Dispose() => _isLowered = _before;
    }
}
