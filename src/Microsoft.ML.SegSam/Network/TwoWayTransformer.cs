using Microsoft.ML.SegSam.Network.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

// P prompts, N tokens, g = S/16, C width.

/// <summary>SAM's two-way transformer: tokens attend to the map and the map to the tokens.</summary>
internal sealed class TwoWayTransformer : ScopedModule<Tensor, Tensor, Tensor, (Tensor Tokens, Tensor Map)>
{
    [ComponentName(Name = "layers")] private readonly ModuleList<TwoWayBlock> _layers;
    [ComponentName(Name = "final_attn_token_to_image")] private readonly Attention _finalAttention;
    [ComponentName(Name = "norm_final_attn")] private readonly NormLayer _finalNorm;

    public TwoWayTransformer(LayerFactory make, SegSamConfig config) : base(nameof(TwoWayTransformer))
    {
        _layers = [.. Enumerable.Range(0, config.DecoderDepth).Select(i => new TwoWayBlock(make, config, first: i == 0))];
        _finalAttention = new(make, config.Width, config.DecoderHeads, config.AttentionDownsample);
        _finalNorm = make.Norm(config.Width, config.DecoderEpsilon);
        RegisterComponents();
    }

    /// <summary>What computes it instead, without gradients; null: its layers do.</summary>
    public ITwoWay? Fused { get; set; }

    /// <param name="keys">The map, [P,g·g,C]; with batch 1 one that all prompts share.</param>
    /// <param name="keyPositions">[1,g·g,C].</param>
    /// <param name="tokens">[P,N,C]; as they are now they also serve as their own position code.</param>
    /// <returns>Tokens [P,N,C] and map [P,g·g,C].</returns>
    protected override (Tensor, Tensor) Compute(Tensor keys, Tensor keyPositions, Tensor tokens)
    {
        if (Fused is not null && !is_grad_enabled())
            return Fused.Compute(keys, keyPositions, tokens);
        var queries = tokens;
        foreach (var layer in _layers)
            (queries, keys) = layer.call(queries, keys, tokens, keyPositions);
        queries = _finalNorm.call(queries.Plus(_finalAttention.call(queries.Plus(tokens), keys.Plus(keyPositions), keys)));
        return (queries, keys);
    }
}

/// <summary>A form of <see cref="TwoWayTransformer"/> written out for a machine; arguments and results are those of its forward.</summary>
internal interface ITwoWay
{
    public (Tensor Tokens, Tensor Map) Compute(Tensor keys, Tensor keyPositions, Tensor tokens);
}

/// <summary>Self-attention of the tokens, tokens to map, MLP, map to tokens; each followed by a norm.</summary>
internal sealed class TwoWayBlock : ScopedModule<Tensor, Tensor, Tensor, Tensor, (Tensor Queries, Tensor Keys)>
{
    [ComponentName(Name = "self_attn")] private readonly Attention _selfAttention;
    [ComponentName(Name = "norm1")] private readonly NormLayer _norm1;
    [ComponentName(Name = "cross_attn_token_to_image")] private readonly Attention _tokenToImage;
    [ComponentName(Name = "norm2")] private readonly NormLayer _norm2;
    [ComponentName(Name = "mlp")] private readonly MlpBlock _mlp;
    [ComponentName(Name = "norm3")] private readonly NormLayer _norm3;
    [ComponentName(Name = "norm4")] private readonly NormLayer _norm4;
    [ComponentName(Name = "cross_attn_image_to_token")] private readonly Attention _imageToToken;
    private readonly bool _first;

    /// <param name="first">The first layer's self-attention sees no positions and replaces the queries instead of adding to them.</param>
    public TwoWayBlock(LayerFactory make, SegSamConfig config, bool first) : base(nameof(TwoWayBlock))
    {
        _first = first;
        _selfAttention = new(make, config.Width, config.DecoderHeads);
        _norm1 = make.Norm(config.Width, config.DecoderEpsilon);
        _tokenToImage = new(make, config.Width, config.DecoderHeads, config.AttentionDownsample);
        _norm2 = make.Norm(config.Width, config.DecoderEpsilon);
        _mlp = new(make, config.Width, config.DecoderMlpWidth, x => functional.relu(x));
        _norm3 = make.Norm(config.Width, config.DecoderEpsilon);
        _norm4 = make.Norm(config.Width, config.DecoderEpsilon);
        _imageToToken = new(make, config.Width, config.DecoderHeads, config.AttentionDownsample);
        RegisterComponents();
    }

    protected override (Tensor, Tensor) Compute(Tensor queries, Tensor keys, Tensor queryPositions, Tensor keyPositions)
    {
        if (_first)
        {
            queries = _selfAttention.call(queries, queries, queries);
        }
        else
        {
            var placed = queries.Plus(queryPositions);
            queries = queries.Plus(_selfAttention.call(placed, placed, queries));
        }

        queries = _norm1.call(queries);
        queries = _norm2.call(queries.Plus(_tokenToImage.call(queries.Plus(queryPositions), keys.Plus(keyPositions), keys)));
        queries = _norm3.call(queries.Plus(_mlp.call(queries)));
        keys = _norm4.call(keys.Plus(_imageToToken.call(keys.Plus(keyPositions), queries.Plus(queryPositions), queries)));
        return (queries, keys);
    }
}
