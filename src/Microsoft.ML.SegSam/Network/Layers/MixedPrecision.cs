using System.Runtime.CompilerServices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network.Layers;

/// <summary>
/// bfloat16 for matrix products alone: linear layers, convolutions and attention. Weights, sums, norms, position codes and outputs
/// stay float32.
/// </summary>
/// <remarks>
/// TorchSharp binds no autocast, and PyTorch's would also cast the position codes, whose phases bfloat16 cannot hold. The casts are part
/// of the graph, so that the backward pass needs no mode: gradients of the weights come out in float32, or at copies of the weights, where
/// there are any, in bfloat16.
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

    /// <summary>
    /// Keeps bfloat16 copies of weights, so that products need not cast them. Where the weights change, <see cref="CastWeights.Refresh"/>
    /// makes the copies follow.
    /// </summary>
    /// <param name="weights">Those of one dimension are left out: casting them costs nothing.</param>
    /// <param name="areTrained">Whether the copy of a weight that requires gradients takes its gradients.</param>
    /// <exception cref="InvalidOperationException">There is a copy of one of them already.</exception>
    public static CastWeights CacheCasts(IEnumerable<Parameter> weights, bool areTrained) =>
        new(weights.Where(weight => weight.dim() > 1), areTrained);

    /// <summary>
    /// The parameters of a module's linear layers and convolutions: each is used once in a pass, so that the gradient at a copy of it has
    /// been rounded no more often than one at the weight.
    /// </summary>
    public static IEnumerable<Parameter> OfProducts(this nn.Module module) => module.modules()
        .Where(part => part is LinearLayer or ConvolutionLayer or TransposedConvolutionLayer).SelectMany(part => part.parameters());

    /// <summary>Where a module's weights are used, and so where their gradients are found: in their copies and in themselves.</summary>
    public static IEnumerable<Tensor> TrainedLeaves(this nn.Module module) =>
        module.parameters().Where(weight => weight.requires_grad).SelectMany(weight =>
            CachedCasts.TryGetValue(weight, out var cast) && cast.requires_grad ? (Tensor[])[weight, cast] : [weight]);

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

    /// <summary>Weights and their copies in bfloat16, which are used until this is disposed.</summary>
    public sealed class CastWeights : IDisposable
    {
        private readonly Dictionary<Parameter, Tensor> _casts = new(ReferenceEqualityComparer.Instance); // tensors compare their numbers

        public CastWeights(IEnumerable<Parameter> weights, bool areTrained)
        {
            using var noGrad = no_grad();
            try
            {
                foreach (var weight in weights)
                    Add(weight, areTrained && weight.requires_grad);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        private void Add(Parameter weight, bool isTrained)
        {
            var cast = weight.to(ScalarType.BFloat16).DetachFromDisposeScope();
            if (isTrained)
                cast.requires_grad = true;
            if (!CachedCasts.TryAdd(weight, cast))
            {
                cast.Dispose();
                throw new InvalidOperationException("A copy of this weight is in use already; dispose what keeps it first.");
            }

            _casts.Add(weight, cast);
        }

        /// <summary>The copy of a weight; null: it has none.</summary>
        public Tensor? Of(Parameter weight) => _casts.GetValueOrDefault(weight);

        /// <summary>Copies the weights again, which have changed.</summary>
        public void Refresh()
        {
            using var noGrad = no_grad();
            foreach (var (weight, cast) in _casts)
                cast.copy_(weight);
        }

        public void Dispose()
        {
            foreach (var (weight, cast) in _casts)
            {
                CachedCasts.Remove(weight);
                cast.Dispose();
            }
        }
    }
}
