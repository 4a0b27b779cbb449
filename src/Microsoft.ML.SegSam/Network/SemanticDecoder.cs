using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network;

// K categories, N_c presence tokens. Method, 4.6.

/// <summary>
/// The semantic-aware decoder: t_so predicts the prompted object's semantic mask and category, the tokens t_co the
/// categories of the other objects in the image. It shares no parameter with SAM's decoder, unless it is told to have no transformer of its own.
/// </summary>
internal sealed class SemanticDecoder : ScopedModule<Tensor, Tensor, Tensor, (Tensor Mask, Tensor ObjectToken, Tensor PresenceTokens)>
{
    [ComponentName(Name = "transformer")] private readonly TwoWayTransformer? _transformer;
    [ComponentName(Name = "object_token")] private readonly Embedding _objectToken;          // t_so
    [ComponentName(Name = "presence_tokens")] private readonly Embedding _presenceTokens;    // t_co
    [ComponentName(Name = "output_upscaling")] private readonly Upscaling? _upscaling;
    [ComponentName(Name = "mask_head")] private readonly Perceptron _maskHead;

    public SemanticDecoder(Layers make, SegSamConfig config) : base(nameof(SemanticDecoder))
    {
        var isIndependent = config.SemanticDecoding == SemanticDecoding.Independent;
        _transformer = isIndependent ? new(make, config) : null;
        _objectToken = make.Embedding(1, config.Width);
        _presenceTokens = make.Embedding(config.PresenceTokens, config.Width);
        _upscaling = isIndependent ? new(make, config) : null;
        _maskHead = DecoderHeads.MaskHead(make, config);
        RegisterComponents();
    }

    /// <summary>t_so, t_co, then the prompt: [P,1+N_c+n,C].</summary>
    /// <param name="promptTokens">t_p' [P,n,C].</param>
    public Tensor WithPrompt(Tensor promptTokens)
    {
        using var scope = NewDisposeScope();
        var own = cat([_objectToken.Weight, _presenceTokens.Weight]).expand(promptTokens.size(0), -1, -1);
        return cat([own, promptTokens], 1).MoveToOuterDisposeScope();
    }

    /// <param name="map">f_v plus the dense prompt, [P,g·g,C]; with batch 1 one that all prompts share.</param>
    /// <param name="mapPositions">[1,g·g,C].</param>
    /// <param name="tokens">Those of <see cref="WithPrompt"/>.</param>
    /// <returns>Mask logits m_s [P,1,4g,4g], h_so [P,C] and h_co [P,N_c,C].</returns>
    protected override (Tensor, Tensor, Tensor) Compute(Tensor map, Tensor mapPositions, Tensor tokens)
    {
        var (hidden, keys) = _transformer!.call(map, mapPositions, tokens);
        return Read(hidden, _upscaling!.call(keys));
    }

    /// <summary>Reads the answer off the tokens of <see cref="WithPrompt"/> after a transformer, [P,1+N_c+n,C], and its up-scaled map [P,4g·4g,C/8].</summary>
    public (Tensor Mask, Tensor ObjectToken, Tensor PresenceTokens) Read(Tensor hidden, Tensor upscaled)
    {
        using var scope = NewDisposeScope();
        var objectToken = hidden.select(1, 0);                                                      // h_so [P,C]
        var presenceTokens = hidden.narrow(1, 1, _presenceTokens.Weight.size(0));                   // h_co [P,N_c,C]
        var mask = DecoderHeads.Masks(_maskHead.call(objectToken).unsqueeze(1), upscaled);          // m_s [P,1,4g,4g]
        return scope.Keep((mask, objectToken, presenceTokens));
    }
}
