using Microsoft.ML.SegSam.Network;

namespace Microsoft.ML.SegSam.Onnx;

// B images (1, or as many as prompts), P prompts, n tokens, N_c presence tokens, g = S/16, C decoder width, K categories.

/// <summary>What the decoders' graph predicts for each prompt.</summary>
/// <param name="Masks">[P,4,4g,4g]: SAM's single mask, then the three of a multimask prediction.</param>
/// <param name="PredictedIoUs">Of each of those [P,4].</param>
/// <param name="SemanticMask">[P,1,4g,4g].</param>
/// <param name="ClassLogits">[P,K+1]; the last is "no object".</param>
/// <param name="PresenceLogits">[P,N_c,K+1].</param>
internal sealed record GraphPredictions(
    GraphValue Masks, GraphValue PredictedIoUs, GraphValue SemanticMask, GraphValue ClassLogits, GraphValue PresenceLogits);

/// <summary>Both decoders as a graph: see <see cref="SegSamNetwork.Decode(ImageContext, PromptTensors)"/>.</summary>
internal sealed class DecoderGraph
{
    private const string Binary = "mask_decoder.", Semantic = "semantic_decoder.";

    private readonly SegSamConfig _config;
    private readonly GraphBuilder _graph;
    private readonly GraphPrompts _prompts;
    private readonly GraphValue _positions; // [1,g·g,C]
    private readonly GraphValue? _twofold, _fourfold, _prior;

    private DecoderGraph(GraphValue embeddings, GraphPrompts prompts, GraphValue? prior, SegSamConfig config)
    {
        (_config, _graph, _prompts, _prior) = (config, embeddings.Graph, prompts, prior);
        _positions = _graph.Constant(DensePositions(config));
        if (!config.FineMaps)
            return;
        _twofold = Join(embeddings.Slice(1, config.Width, 2 * config.Width));                               // [B,C/4,2g,2g]
        _fourfold = Join(Join(embeddings.Slice(1, 2 * config.Width, 4 * config.Width)));                    // [B,C/8,4g,4g]
    }

    /// <param name="embeddings">[B,C,g,g], or [B,4C,g,g] with fine maps.</param>
    /// <param name="textBank">E [K,d_t].</param>
    public static GraphPredictions Decode(GraphValue embeddings, GraphPrompts prompts, GraphValue textBank, SegSamConfig config)
    {
        var (tokens, dense, prior) = PromptGraph.Encode(prompts, config);
        return new DecoderGraph(embeddings, prompts, prior, config).Decode(embeddings, tokens, dense, textBank);
    }

    private GraphPredictions Decode(GraphValue embeddings, GraphValue promptTokens, GraphValue dense, GraphValue textBank)
    {
        var pixels = (_config.FineMaps ? embeddings.Slice(1, 0, _config.Width) : embeddings).Pixels(_config.Width);  // [B,g·g,C]
        var map = pixels + dense.Pixels(_config.Width);                                                     // [P or B,g·g,C]

        // t_p' = [t_p ; t_text]
        var (forBinary, forSemantic) = (promptTokens, promptTokens);
        if (_config.TextInsertion != TextInsertion.None)
        {
            var text = Repeat(TextGraph.Summarize(textBank, pixels, _positions, promptTokens, _config));    // [P,1,C]
            forSemantic = GraphValue.Concat(1, promptTokens, text);
            forBinary = _config.TextInsertion == TextInsertion.Both ? forSemantic : promptTokens;
        }

        var isShared = _config.SemanticDecoding == SemanticDecoding.Shared;
        var (masks, ious, shared, upscaled) = DecodeBinary(map, isShared ? Concat(SemanticTokens, forBinary) : forBinary);
        var (semanticTokens, semanticMap) = (shared, upscaled);
        if (!isShared)
        {
            (semanticTokens, var semanticPixels) = TwoWayGraph.Transform(
                map, _positions, Concat(SemanticTokens, forSemantic), Semantic + "transformer.", _config);
            semanticMap = Upscale(semanticPixels, Semantic + "output_upscaling.");
        }

        var objectToken = semanticTokens.Slice(1, 0, 1).Squeeze(1);                                         // h_so [P,C]
        var presenceTokens = semanticTokens.Slice(1, 1, 1 + _config.PresenceTokens);                        // h_co [P,N_c,C]
        var semanticMask = AddPrior(Masks(objectToken.Perceptron(Semantic + "mask_head", 3).Unsqueeze(1), semanticMap), Semantic);
        return new(masks, ious, semanticMask,
            TextGraph.Classify(objectToken, textBank, _config), TextGraph.Classify(presenceTokens, textBank, _config));
    }

    private (GraphValue Masks, GraphValue PredictedIoUs, GraphValue Tokens, GraphValue Map) DecodeBinary(GraphValue map, GraphValue tokens)
    {
        var count = _config.MultimaskOutputs + 1;
        GraphValue[] own = [_graph.Weight(Binary + "iou_token.weight"), _graph.Weight(Binary + "mask_tokens.weight")];
        (tokens, map) = TwoWayGraph.Transform(map, _positions, Concat(own, tokens), Binary + "transformer.", _config);
        var upscaled = Upscale(map, Binary + "output_upscaling.");                                          // [P,C/8,4g,4g]
        var weights = GraphValue.Concat(1, [.. Enumerable.Range(0, count).Select(i =>
            tokens.Slice(1, 1 + i, 2 + i).Perceptron($"{Binary}output_hypernetworks_mlps.{i}", 3))]);       // [P,4,C/8]
        var ious = tokens.Slice(1, 0, 1).Squeeze(1).Perceptron(Binary + "iou_prediction_head", _config.QualityHeadDepth);
        return (AddPrior(Masks(weights, upscaled), Binary), ious, tokens.Slice(1, 1 + count, int.MaxValue), upscaled);
    }

    private GraphValue[] SemanticTokens =>
        [_graph.Weight(Semantic + "object_token.weight"), _graph.Weight(Semantic + "presence_tokens.weight")];

    // [P,g·g,C] → [P,C/8,4g,4g]
    private GraphValue Upscale(GraphValue pixels, string place)
    {
        int width = _config.Width, grid = _config.Grid;
        var map = pixels.Transpose(0, 2, 1).Reshape(0, width, grid, grid);
        var twofold = map.TransposedConvolution(place + "0", stride: 2);
        twofold = (_twofold is null ? twofold : twofold + _twofold).MapNorm(place + "1", _config.MapEpsilon).Gelu();
        var fourfold = twofold.TransposedConvolution(place + "3", stride: 2);
        fourfold = (_fourfold is null ? fourfold : fourfold + _fourfold).Gelu();
        return _config.RefinementDepth == 0 ? fourfold : Refine(fourfold, place + "refinement.");
    }

    private GraphValue Refine(GraphValue map, string place)
    {
        var mask = _prior is not null ? _prior * (1 / PromptEncoder.SureLogit) : map.Slice(1, 0, 1) * 0;    // [P,1,4g,4g]
        for (var i = 0; i < _config.RefinementDepth; i++)
            map += GraphValue.Concat(1, map, mask).Convolution($"{place}first.{i}").Gelu().Convolution($"{place}second.{i}");
        return map;
    }

    // [P,m,C/8] and [P,C/8,4g,4g] → [P,m,4g,4g]
    private GraphValue Masks(GraphValue weights, GraphValue upscaled)
    {
        var side = _config.MaskSide;
        return weights.MatMul(upscaled.Reshape(0, _config.Width / 8, side * side)).Reshape(0, 0, side, side);
    }

    private GraphValue AddPrior(GraphValue masks, string place) =>
        _prior is null ? masks : masks + _prior * _graph.Weight(place + "mask_prior.scale");

    // Tokens that each prompt has, then its own: [P,n,C].
    private GraphValue Concat(GraphValue[] own, GraphValue tokens) =>
        GraphValue.Concat(1, Repeat(GraphValue.Concat(0, own).Unsqueeze(0)), tokens);

    // [1,n,C] or [P,n,C] → [P,n,C]
    private GraphValue Repeat(GraphValue tokens) =>
        tokens.Expand(GraphValue.Concat(0, _prompts.Count, _graph.Integers(1, 1)));

    // [B,4c,h,w] → [B,c,2h,2w]: the parts of a pixel side by side.
    private static GraphValue Join(GraphValue map) => map.Graph.Node("DepthToSpace", [map], ("blocksize", 2L), ("mode", "DCR"));

    // The position code of the map, which is the same for all images: [1,g·g,C].
    private WeightArray DensePositions(SegSamConfig config)
    {
        var matrix = _graph.Weights.Of("prompt_encoder.pe_layer.positional_encoding_gaussian_matrix").Values; // [2,C/2]
        var (grid, half) = (config.Grid, config.Width / 2);
        var codes = new float[grid * grid * config.Width];
        for (var pixel = 0; pixel < grid * grid; pixel++)
        {
            var (x, y) = (2 * (pixel % grid + 0.5) / grid - 1, 2 * (pixel / grid + 0.5) / grid - 1);
            for (var i = 0; i < half; i++)
            {
                var angle = 2 * Math.PI * (x * matrix[i] + y * matrix[half + i]);
                codes[pixel * config.Width + i] = (float)Math.Sin(angle);
                codes[pixel * config.Width + half + i] = (float)Math.Cos(angle);
            }
        }

        return new(codes, [1, grid * grid, config.Width]);
    }
}
