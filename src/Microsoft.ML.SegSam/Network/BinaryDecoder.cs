using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network;

/// <summary>SAM's own mask decoder (the semantic-agnostic one): masks of the prompted object and their predicted IoU.</summary>
internal sealed class BinaryDecoder : ScopedModule<Tensor, Tensor, Tensor, (Tensor Masks, Tensor Quality, Tensor Hidden, Tensor Upscaled)>
{
    [ComponentName(Name = "transformer")] private readonly TwoWayTransformer _transformer;
    [ComponentName(Name = "iou_token")] private readonly Embedding _qualityToken;
    [ComponentName(Name = "mask_tokens")] private readonly Embedding _maskTokens;
    [ComponentName(Name = "output_upscaling")] private readonly Upscaling _upscaling;
    [ComponentName(Name = "output_hypernetworks_mlps")] private readonly ModuleList<Perceptron> _maskHeads;
    [ComponentName(Name = "iou_prediction_head")] private readonly Perceptron _qualityHead;

    public BinaryDecoder(Layers make, SegSamConfig config) : base(nameof(BinaryDecoder))
    {
        var masks = config.MultimaskOutputs + 1;
        _transformer = new(make, config);
        _qualityToken = make.Embedding(1, config.Width);
        _maskTokens = make.Embedding(masks, config.Width);
        _upscaling = new(make, config);
        _maskHeads = [.. Enumerable.Range(0, masks).Select(_ => DecoderHeads.MaskHead(make, config))];
        _qualityHead = new(make, config.Width, config.QualityHeadWidth, masks, config.QualityHeadDepth);
        RegisterComponents();
    }

    /// <param name="map">f_v plus the dense prompt, [P,g·g,C]; with batch 1 one that all prompts share.</param>
    /// <param name="mapPositions">[1,g·g,C].</param>
    /// <param name="promptTokens">t_p' [P,n,C].</param>
    /// <returns>
    /// Logits [P,1+3,4g,4g] (the first for unambiguous prompts, then three hypotheses), predicted IoU [P,1+3], unbounded; and for tokens that
    /// share this decoder, what became of the prompt tokens [P,n,C] and of the map [P,4g·4g,C/8].
    /// </returns>
    protected override (Tensor, Tensor, Tensor, Tensor) Compute(Tensor map, Tensor mapPositions, Tensor promptTokens)
    {
        // 1. t_o: one quality token, one token per mask, then the prompt
        var own = cat([_qualityToken.Weight, _maskTokens.Weight]).expand(promptTokens.size(0), -1, -1); // [P,1+4,C]
        var tokens = cat([own, promptTokens], 1);

        // 2. tokens and map read each other
        var (hidden, keys) = _transformer.call(map, mapPositions, tokens);

        // 3. each mask token picks its mask out of the up-scaled map
        var upscaled = _upscaling.call(keys);                                                       // [P,4g·4g,C/8]
        var weights = stack(_maskHeads.Select((head, i) => head.call(hidden.select(1, 1 + i))), 1); // [P,4,C/8]
        var masks = DecoderHeads.Masks(weights, upscaled);                                          // M_b [P,4,4g,4g]

        // 4. the quality token grades them
        var quality = _qualityHead.call(hidden.select(1, 0));
        return (masks, quality, hidden.narrow(1, own.size(1), promptTokens.size(1)), upscaled);
    }
}
