using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network.Layers;

/// <summary>Makes layers and parameters on one device in one precision, without filling them: see <see cref="IInitialized"/>.</summary>
/// <remarks>
/// TorchSharp's own layers draw random numbers from the global generator as they are built. These do not: a network read from a
/// file needs no random numbers, and one trained from scratch takes them from a generator of its own.
/// </remarks>
internal sealed class LayerFactory(Device device, ScalarType dtype)
{
    /// <summary>Ordinary layers: CPU, float32.</summary>
    public static LayerFactory Default { get; } = new(CPU, ScalarType.Float32);

    /// <summary>Shapes without memory, to list a network's state dict.</summary>
    public static LayerFactory Meta { get; } = new(META, ScalarType.Float32);

    public Parameter Parameter(params long[] shape) => new(Empty(shape));

    public Tensor Empty(params long[] shape) => empty(shape, dtype, device).DetachFromDisposeScope();

    public LinearLayer Linear(long inputs, long outputs, bool bias = true) =>
        new(Parameter(outputs, inputs), bias ? Parameter(outputs) : null);

    public ConvolutionLayer Convolution(
        long inputs, long outputs, long kernel, long stride = 1, long padding = 0, bool bias = true, long groups = 1,
        bool unfolded = false) =>
        new(Parameter(outputs, inputs / groups, kernel, kernel), bias ? Parameter(outputs) : null, stride, padding, groups, unfolded);

    public TransposedConvolutionLayer TransposedConvolution(
        long inputs, long outputs, long kernel, long stride, long padding = 0, bool bias = true, bool unfolded = false) =>
        new(Parameter(inputs, outputs, kernel, kernel), bias ? Parameter(outputs) : null, stride, padding, unfolded);

    public NormLayer Norm(long width, double epsilon) => new(Parameter(width), Parameter(width), epsilon);

    public MapNormLayer MapNorm(long channels, double epsilon) => new(Parameter(channels), Parameter(channels), epsilon);

    public BatchNormLayer BatchNorm(long channels) => new(
        Parameter(channels), Parameter(channels), Empty(channels), Empty(channels),
        empty([], ScalarType.Int64, device).DetachFromDisposeScope());

    public EmbeddingLayer Embedding(long count, long width) => new(Parameter(count, width));
}

/// <summary>A module that fills its own parameters (not its children's) with starting values.</summary>
internal interface IInitialized
{
    public void Initialize(Generator generator);
}
