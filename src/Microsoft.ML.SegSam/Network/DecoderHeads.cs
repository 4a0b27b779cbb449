using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Perceptron with ReLU between its layers.</summary>
internal sealed class Perceptron : ScopedModule<Tensor, Tensor>
{
    [ComponentName(Name = "layers")] private readonly ModuleList<Linear> _layers;

    public Perceptron(Layers make, int inputs, int hidden, int outputs, int depth) : base(nameof(Perceptron))
    {
        _layers = [.. Enumerable.Range(0, depth).Select(i => make.Linear(i == 0 ? inputs : hidden, i == depth - 1 ? outputs : hidden))];
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor x)
    {
        for (var i = 0; i < _layers.Count; i++)
            x = i < _layers.Count - 1 ? functional.relu(_layers[i].call(x)) : _layers[i].call(x);
        return x;
    }
}

/// <summary>The parts that both decoders build alike, each with weights of its own.</summary>
internal static class DecoderHeads
{
    /// <summary>Up-scaling of the map [P,C,g,g] → [P,C/8,4g,4g].</summary>
    public static Sequential Upscaling(Layers make, SegSamConfig config) => Sequential(
        make.ConvTranspose2d(config.Width, config.Width / 4, kernel: 2, stride: 2),
        make.LayerNorm2d(config.Width / 4, config.MapEpsilon), GELU(),
        make.ConvTranspose2d(config.Width / 4, config.Width / 8, kernel: 2, stride: 2), GELU());

    /// <summary>Hyper-network that turns a mask token [P,C] into the weights of a mask over the up-scaled map: [P,C/8].</summary>
    public static Perceptron MaskHead(Layers make, SegSamConfig config) => new(make, config.Width, config.Width, config.Width / 8, depth: 3);

    /// <summary>Masks [P,m,4g,4g] from the hyper-networks' weights [P,m,C/8] and the up-scaled map [P,C/8,4g,4g].</summary>
    public static Tensor Masks(Tensor weights, Tensor upscaled) =>
        weights.matmul(upscaled.flatten(2)).reshape(upscaled.size(0), weights.size(1), upscaled.size(2), upscaled.size(3));

    /// <summary>Undoes the transformer's flattening: [P,g·g,C] → [P,C,g,g].</summary>
    public static Tensor AsMap(Tensor keys, Tensor like) => keys.transpose(1, 2).reshape(like.shape);
}
