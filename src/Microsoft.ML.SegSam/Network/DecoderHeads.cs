using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Perceptron with ReLU between its layers.</summary>
internal sealed class Perceptron : ScopedModule<Tensor, Tensor>
{
    [ComponentName(Name = "layers")] private readonly ModuleList<LinearLayer> _layers;

    public Perceptron(LayerFactory make, int inputs, int hidden, int outputs, int depth) : base(nameof(Perceptron))
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

/// <summary>Up-scaling of the map: [P,g·g,C] → [P,4g·4g,C/8], row by row.</summary>
/// <remarks>
/// The parts that a pixel becomes do not overlap, so that transposed convolutions are products; channels stay side by side on the way.
/// </remarks>
internal sealed class Upscaling : ScopedModule<Tensor, MaskContext, Tensor>
{
    [ComponentName(Name = "0")] private readonly TransposedConvolutionLayer _first;
    [ComponentName(Name = "1")] private readonly MapNormLayer _norm;
    [ComponentName(Name = "3")] private readonly TransposedConvolutionLayer _second; // 2 and 4 are activations
    [ComponentName(Name = "refinement")] private readonly MaskRefinement? _refinement;

    public Upscaling(LayerFactory make, SegSamConfig config) : base(nameof(Upscaling))
    {
        _first = make.TransposedConvolution(config.Width, config.Width / 4, kernel: 2, stride: 2);
        _norm = make.MapNorm(config.Width / 4, config.MapEpsilon);
        _second = make.TransposedConvolution(config.Width / 4, config.Width / 8, kernel: 2, stride: 2);
        _refinement = config.RefinementDepth > 0 ? new(make, config.Width / 8, config.RefinementDepth) : null;
        RegisterComponents();
    }

    /// <summary>What computes it instead, without gradients; null: its layers do.</summary>
    public IUpscaling? Fused { get; set; }

    /// <param name="context">Its fine maps are added on the way, as in SAM 2, and the prompt's mask refines the map in the end.</param>
    protected override Tensor Compute(Tensor pixels, MaskContext context)
    {
        if (Fused is not null && !is_grad_enabled())
            return Fused.Compute(pixels, context).flatten(1, 2);
        var rows = Enlarge(pixels, context.Fine);
        if (_refinement is not null)
            rows = _refinement.call(rows.permute(0, 3, 1, 2), context.Prior).permute(0, 2, 3, 1);
        return rows.flatten(1, 2);
    }

    private Tensor Enlarge(Tensor pixels, FineMaps? fine)
    {
        long prompts = pixels.size(0), grid = (long)Math.Sqrt(pixels.size(1));
        var first = Split(_first, pixels);                                          // [P,g·g·2·2,C/4]
        var twofold = functional.gelu(_norm.OfPixels(fine is null ? first : first.Plus(fine.Twofold.ToComputeType())));
        var second = Split(_second, twofold);                                       // [P,g·g·2·2·2·2,C/8]
        var fourfold = functional.gelu(fine is null ? second : second.Plus(fine.Fourfold.ToComputeType()));
        return fourfold.reshape(prompts, grid, grid, 2, 2, 2, 2, -1).permute(0, 1, 3, 5, 2, 4, 6, 7)
            .reshape(prompts, 4 * grid, 4 * grid, -1);                              // [P,4g,4g,C/8]
    }

    // [P,n,C] → [P,4n,C']: the weight [C,C',2,2] holds a matrix for each of the four parts.
    private static Tensor Split(TransposedConvolutionLayer layer, Tensor pixels)
    {
        var weight = layer.Weight.ToComputeType().permute(2, 3, 1, 0).flatten(0, 2);    // [4·C',C]
        var parts = functional.linear(pixels.ToComputeType(), weight, layer.Bias?.ToComputeType().repeat(4));
        return parts.reshape(pixels.size(0), -1, layer.Weight.size(1));
    }
}

/// <summary>A form of <see cref="Upscaling"/> written out for a machine: [P,g·g,C] → [P,4g,4g,C/8].</summary>
internal interface IUpscaling
{
    public Tensor Compute(Tensor pixels, MaskContext context);
}

/// <summary>What the decoders make their masks of beside the map, for each prompt.</summary>
/// <param name="Fine">What the up-scaling adds; null for an encoder without.</param>
/// <param name="Prior">Logits [P,1,4g,4g] of the prompt's own mask; null without one, or where masks do not begin with it.</param>
internal sealed record MaskContext(FineMaps? Fine, Tensor? Prior);

/// <summary>
/// Adds the prompt's own mask to the predicted logits, scaled by a learned number for each mask, so that a decoder learns to change a mask
/// and not to draw it (our choice: from random weights, it takes long until boxes are understood).
/// </summary>
internal sealed class MaskPrior : ScopedModule<Tensor, Tensor?, Tensor>, IInitialized
{
    private const double StartingScale = 0.25;
    [ComponentName(Name = "scale")] private readonly Parameter _scale;

    public MaskPrior(LayerFactory make, int masks) : base(nameof(MaskPrior))
    {
        _scale = make.Parameter(masks, 1, 1);
        RegisterComponents();
    }

    protected override Tensor Compute(Tensor masks, Tensor? prior) =>                   // [P,m,4g,4g] [P,1,4g,4g]
        prior is null ? masks.alias() : masks.Plus(prior * _scale);

    public void Initialize(Generator generator) => _scale.FillWith(StartingScale);
}

/// <summary>The parts that both decoders build alike, each with weights of its own.</summary>
internal static class DecoderHeads
{
    /// <summary>Hyper-network that turns a mask token [P,C] into the weights of a mask over the up-scaled map: [P,C/8].</summary>
    public static Perceptron MaskHead(LayerFactory make, SegSamConfig config) =>
        new(make, config.Width, config.Width, config.Width / 8, depth: 3);

    /// <summary>Masks [P,m,4g,4g] from the hyper-networks' weights [P,m,C/8] and the up-scaled map [P,4g·4g,C/8].</summary>
    public static Tensor Masks(Tensor weights, Tensor upscaled)
    {
        var side = (long)Math.Sqrt(upscaled.size(1));
        return weights.matmul(upscaled.transpose(1, 2)).reshape(weights.size(0), weights.size(1), side, side);
    }
}
