using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network.Layers;

/// <summary>Arithmetic whose number operands outlive the native call.</summary>
/// <remarks>
/// Why sums are written a.Plus(b), not a + b:
/// TorchSharp's operators wrap every number, the hidden factor 1 of every sum, and the exponent of square(), in an object with a finalizer
/// that nothing keeps alive during the call. When another thread makes the garbage collector run at that moment, libtorch reads freed
/// memory. So the library uses these, as a test demands; products and quotients of two tensors need no number and stay operators.
/// </remarks>
internal static class Arithmetic
{
    private static readonly ConcurrentDictionary<double, Scalar> Reals = [];
    private static readonly ConcurrentDictionary<long, Scalar> Integers = [];

    /// <summary>A constant as libtorch takes it, kept forever: for numbers written in the code, not for computed ones.</summary>
    public static Scalar Number(double value) => Reals.GetOrAdd(value, static value => value);

    /// <inheritdoc cref="Number(double)"/>
    public static Scalar Number(long value) => Integers.GetOrAdd(value, static value => value);

    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, Number(1));

    public static Tensor Minus(this Tensor a, Tensor b) => a.add(b, Number(-1));

    public static Tensor Plus(this Tensor a, double constant) => a.add(Number(constant), Number(1));

    public static Tensor Plus(this Tensor a, long constant) => a.add(Number(constant), Number(1));

    public static Tensor Squared(this Tensor a) => a.pow(Number(2));

    public static Tensor OneMinus(this Tensor a) => a.neg().Plus(1);

    /// <summary>Product with any number, a computed one too.</summary>
    public static Tensor Times(this Tensor a, double factor)
    {
        using Scalar scalar = factor; // disposed of after the call, and so alive during it
        return a.mul(scalar);
    }
}
