using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network;

// P prompts, n prompt tokens, g = S/16, C width.

/// <summary>
/// SAM's mask decoder, which the method calls the semantic-agnostic or binary one: masks of the prompted object and their predicted IoU.
/// </summary>
internal sealed class BinaryDecoder :
    ScopedModule<Tensor, Tensor, Tensor, MaskContext, (Tensor Masks, Tensor PredictedIoUs, Tensor Tokens, Tensor Map)>
{
    [ComponentName(Name = "transformer")] private readonly TwoWayTransformer _transformer;
    [ComponentName(Name = "iou_token")] private readonly EmbeddingLayer _iouToken;
    [ComponentName(Name = "mask_tokens")] private readonly EmbeddingLayer _maskTokens;
    [ComponentName(Name = "output_upscaling")] private readonly Upscaling _upscaling;
    [ComponentName(Name = "output_hypernetworks_mlps")] private readonly ModuleList<Perceptron> _maskHeads;
    [ComponentName(Name = "mask_prior")] private readonly MaskPrior? _prior;
    [ComponentName(Name = "iou_prediction_head")] private readonly Perceptron _iouHead;

    public BinaryDecoder(LayerFactory make, SegSamConfig config) : base(nameof(BinaryDecoder))
    {
        var masks = config.MultimaskOutputs + 1;
        _transformer = new(make, config);
        _iouToken = make.Embedding(1, config.Width);
        _maskTokens = make.Embedding(masks, config.Width);
        _upscaling = new(make, config);
        _maskHeads = [.. Enumerable.Range(0, masks).Select(_ => DecoderHeads.MaskHead(make, config))];
        _iouHead = new(make, config.Width, config.QualityHeadWidth, masks, config.QualityHeadDepth);
        _prior = config.MaskPrior ? new(make, masks) : null;
        RegisterComponents();
    }

    /// <param name="map">f_v plus the dense prompt, [P,g·g,C]; with batch 1 one that all prompts share.</param>
    /// <param name="mapPositions">[1,g·g,C].</param>
    /// <param name="promptTokens">t_p' [P,n,C].</param>
    /// <param name="context">What the masks are made of beside the map.</param>
    /// <returns>
    /// Mask logits [P,1+3,4g,4g] (the first for unambiguous prompts, then the three of a multimask prediction) and their predicted IoU
    /// [P,1+3], unbounded; and for tokens that share this decoder, the prompt tokens [P,n,C] and the up-scaled map [P,4g·4g,C/8] at its
    /// end.
    /// </returns>
    protected override (Tensor, Tensor, Tensor, Tensor) Compute(Tensor map, Tensor mapPositions, Tensor promptTokens, MaskContext context)
    {
        // 1. t_o: one IoU token, one token per mask, then the prompt
        var own = cat([_iouToken.Weight, _maskTokens.Weight]).expand(promptTokens.size(0), -1, -1); // [P,1+4,C]
        var tokens = cat([own, promptTokens], 1);

        // 2. tokens and map read each other
        (tokens, map) = _transformer.call(map, mapPositions, tokens);

        // 3. each mask token picks its mask out of the up-scaled map
        var upscaled = _upscaling.call(map, context);                                                      // [P,4g·4g,C/8]
        var weights = stack(_maskHeads.Select((head, i) => head.call(tokens.select(1, 1 + i))), 1); // [P,4,C/8]
        var masks = DecoderHeads.Masks(weights, upscaled);                                          // M_b [P,4,4g,4g]
        if (_prior is not null)
            masks = _prior.call(masks, context.Prior);

        // 4. the IoU token predicts the IoU of each
        var predictedIoUs = _iouHead.call(tokens.select(1, 0));                                     // [P,4]
        return (masks, predictedIoUs, tokens.narrow(1, own.size(1), promptTokens.size(1)), upscaled);
    }
}
