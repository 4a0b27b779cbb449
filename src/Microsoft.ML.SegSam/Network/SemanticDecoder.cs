using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network;

// K categories, N_c presence tokens. Method, 4.6.

/// <summary>
/// The independent semantic-aware decoder: t_so predicts the prompted object's semantic mask and category, the tokens t_co the
/// categories of the other objects in the image. It shares no parameter with SAM's decoder.
/// </summary>
internal sealed class SemanticDecoder : ScopedModule<Tensor, Tensor, Tensor, (Tensor Mask, Tensor ObjectToken, Tensor PresenceTokens)>
{
    [ComponentName(Name = "transformer")] private readonly TwoWayTransformer _transformer;
    [ComponentName(Name = "object_token")] private readonly Embedding _objectToken;          // t_so
    [ComponentName(Name = "presence_tokens")] private readonly Embedding _presenceTokens;    // t_co
    [ComponentName(Name = "output_upscaling")] private readonly Sequential _upscaling;
    [ComponentName(Name = "mask_head")] private readonly Perceptron _maskHead;

    public SemanticDecoder(Layers make, SegSamConfig config) : base(nameof(SemanticDecoder))
    {
        _transformer = new(make, config);
        _objectToken = make.Embedding(1, config.Width);
        _presenceTokens = make.Embedding(config.PresenceTokens, config.Width);
        _upscaling = DecoderHeads.Upscaling(make, config);
        _maskHead = DecoderHeads.MaskHead(make, config);
        RegisterComponents();
    }

    /// <param name="map">f_v plus the dense prompt, [P,C,g,g].</param>
    /// <param name="mapPositions">[1,C,g,g].</param>
    /// <param name="promptTokens">t_p' [P,n,C].</param>
    /// <returns>Mask logits m_s [P,1,4g,4g], h_so [P,C] and h_co [P,N_c,C].</returns>
    protected override (Tensor, Tensor, Tensor) Compute(Tensor map, Tensor mapPositions, Tensor promptTokens)
    {
        var own = cat([_objectToken.Weight, _presenceTokens.Weight]).expand(map.size(0), -1, -1);   // [P,1+N_c,C]
        var (hidden, keys) = _transformer.call(map, mapPositions, cat([own, promptTokens], 1));

        var objectToken = hidden.select(1, 0);                                                      // h_so [P,C]
        var presenceTokens = hidden.narrow(1, 1, _presenceTokens.Weight.size(0));                   // h_co [P,N_c,C]
        var upscaled = _upscaling.call(DecoderHeads.AsMap(keys, map));                              // U_s [P,C/8,4g,4g]
        var mask = DecoderHeads.Masks(_maskHead.call(objectToken).unsqueeze(1), upscaled);          // m_s [P,1,4g,4g]
        return (mask, objectToken, presenceTokens);
    }
}
