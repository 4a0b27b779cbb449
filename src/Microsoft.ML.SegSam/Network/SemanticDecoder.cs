using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network;

// P prompts, n prompt tokens, N_c presence tokens, g = S/16, C width. Method, 4.6.

/// <summary>
/// The semantic-aware decoder: t_so predicts the prompted object's semantic mask and category, the tokens t_co the categories of the
/// other objects in the image. It has two forms, one for each <see cref="SemanticDecoding"/>.
/// </summary>
internal abstract class SemanticDecoder(string name)
    : ScopedModule<Tensor, Tensor, Tensor, (Tensor Tokens, Tensor Map, MaskContext Context),
        (Tensor Mask, Tensor ObjectToken, Tensor PresenceTokens)>(name)
{
    public static SemanticDecoder Create(LayerFactory make, SegSamConfig config) => config.SemanticDecoding == SemanticDecoding.Shared
        ? new SharedSemanticDecoder(make, config)
        : new IndependentSemanticDecoder(make, config);

    /// <summary>What <see cref="BinaryDecoder"/> reads: the prompt tokens, after those it carries for this decoder: [P,n',C].</summary>
    /// <param name="promptTokens">Those of the binary decoder, [P,n,C].</param>
    public abstract Tensor TokensInBinaryDecoder(Tensor promptTokens);

    /// <param name="map">f_v plus the dense prompt, [P,g·g,C]; with batch 1 one that all prompts share.</param>
    /// <param name="mapPositions">[1,g·g,C].</param>
    /// <param name="promptTokens">t_p' [P,n,C].</param>
    /// <param name="binary">
    /// What <see cref="BinaryDecoder"/> made of <see cref="TokensInBinaryDecoder"/> [P,n',C], its up-scaled map [P,4g·4g,C/8], and what
    /// it made the masks of beside the map.
    /// </param>
    /// <returns>Mask logits m_s [P,1,4g,4g], h_so [P,C] and h_co [P,N_c,C].</returns>
    protected abstract override (Tensor Mask, Tensor ObjectToken, Tensor PresenceTokens) Compute(
        Tensor map, Tensor mapPositions, Tensor promptTokens, (Tensor Tokens, Tensor Map, MaskContext Context) binary);
}

/// <summary>The published form: a transformer of its own, which shares no parameter with SAM's decoder.</summary>
internal sealed class IndependentSemanticDecoder : SemanticDecoder
{
    [ComponentName(Name = "transformer")] private readonly TwoWayTransformer _transformer;
    [ComponentName(Name = "object_token")] private readonly EmbeddingLayer _objectToken;          // t_so
    [ComponentName(Name = "presence_tokens")] private readonly EmbeddingLayer _presenceTokens;    // t_co
    [ComponentName(Name = "output_upscaling")] private readonly Upscaling _upscaling;
    [ComponentName(Name = "mask_head")] private readonly Perceptron _maskHead;
    [ComponentName(Name = "mask_prior")] private readonly MaskPrior? _prior;

    public IndependentSemanticDecoder(LayerFactory make, SegSamConfig config) : base(nameof(IndependentSemanticDecoder))
    {
        _transformer = new(make, config);
        _objectToken = make.Embedding(1, config.Width);
        _presenceTokens = make.Embedding(config.PresenceTokens, config.Width);
        _upscaling = new(make, config);
        _maskHead = DecoderHeads.MaskHead(make, config);
        _prior = config.MaskPrior ? new(make, masks: 1) : null;
        RegisterComponents();
    }

    public override Tensor TokensInBinaryDecoder(Tensor promptTokens) => promptTokens;

    protected override (Tensor Mask, Tensor ObjectToken, Tensor PresenceTokens) Compute(
        Tensor map, Tensor mapPositions, Tensor promptTokens, (Tensor Tokens, Tensor Map, MaskContext Context) binary)
    {
        var tokens = SemanticTokens.Prepend(_objectToken, _presenceTokens, promptTokens);
        (tokens, map) = _transformer.call(map, mapPositions, tokens);
        var upscaled = _upscaling.call(map, binary.Context);
        return SemanticTokens.Read(tokens, upscaled, _presenceTokens, _maskHead, _prior, binary.Context.Prior);
    }
}

/// <summary>Tokens that ride in SAM's decoder: half the weights and time.</summary>
internal sealed class SharedSemanticDecoder : SemanticDecoder
{
    [ComponentName(Name = "object_token")] private readonly EmbeddingLayer _objectToken;          // t_so
    [ComponentName(Name = "presence_tokens")] private readonly EmbeddingLayer _presenceTokens;    // t_co
    [ComponentName(Name = "mask_head")] private readonly Perceptron _maskHead;
    [ComponentName(Name = "mask_prior")] private readonly MaskPrior? _prior;

    public SharedSemanticDecoder(LayerFactory make, SegSamConfig config) : base(nameof(SharedSemanticDecoder))
    {
        _objectToken = make.Embedding(1, config.Width);
        _presenceTokens = make.Embedding(config.PresenceTokens, config.Width);
        _maskHead = DecoderHeads.MaskHead(make, config);
        _prior = config.MaskPrior ? new(make, masks: 1) : null;
        RegisterComponents();
    }

    public override Tensor TokensInBinaryDecoder(Tensor promptTokens) =>
        SemanticTokens.Prepend(_objectToken, _presenceTokens, promptTokens);

    protected override (Tensor Mask, Tensor ObjectToken, Tensor PresenceTokens) Compute(
        Tensor map, Tensor mapPositions, Tensor promptTokens, (Tensor Tokens, Tensor Map, MaskContext Context) binary) =>
        SemanticTokens.Read(binary.Tokens, binary.Map, _presenceTokens, _maskHead, _prior, binary.Context.Prior);
}

/// <summary>How both forms lay out their tokens, and what they read off them.</summary>
internal static class SemanticTokens
{
    /// <summary>t_so, t_co, then the prompt: [P,1+N_c+n,C].</summary>
    public static Tensor Prepend(EmbeddingLayer objectToken, EmbeddingLayer presenceTokens, Tensor promptTokens)
    {
        using var scope = NewDisposeScope();
        var own = cat([objectToken.Weight, presenceTokens.Weight]).expand(promptTokens.size(0), -1, -1);
        return cat([own, promptTokens], 1).MoveToOuterDisposeScope();
    }

    /// <param name="tokens">Those of <see cref="Prepend"/> after a transformer, [P,1+N_c+n,C].</param>
    /// <param name="upscaled">Its up-scaled map [P,4g·4g,C/8].</param>
    public static (Tensor Mask, Tensor ObjectToken, Tensor PresenceTokens) Read(
        Tensor tokens, Tensor upscaled, EmbeddingLayer presenceTokens, Perceptron maskHead, MaskPrior? prior, Tensor? priorLogits)
    {
        var objectHidden = tokens.select(1, 0);                                                     // h_so [P,C]
        var presenceHidden = tokens.narrow(1, 1, presenceTokens.Weight.size(0));                    // h_co [P,N_c,C]
        var mask = DecoderHeads.Masks(maskHead.call(objectHidden).unsqueeze(1), upscaled);          // m_s [P,1,4g,4g]
        return (prior is null ? mask : prior.call(mask, priorLogits), objectHidden, presenceHidden);
    }
}

/// <summary>Where the semantic tokens t_so and t_co do their work.</summary>
public enum SemanticDecoding
{
    /// <summary>In a decoder of their own, which shares no parameter with SAM's (the published method).</summary>
    Independent,

    /// <summary>
    /// In SAM's decoder, beside its mask tokens: half the decoder weights and time, but masks and categories then pull at the same weights.
    /// </summary>
    Shared,
}
