using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Plain;

// P prompts, N tokens, g = S/16, C width.

/// <summary>
/// Both decoders with attention written out, and everything of the image computed again for every prompt, as the official code
/// has it.
/// </summary>
internal sealed class PlainDecoder(SegSamNetwork network)
{
    private readonly PlainModules _modules = new(network);
    private readonly SegSamConfig _config = network.Config;

    /// <summary>As <see cref="SegSamNetwork.Decode(Tensor, PromptTensors)"/>.</summary>
    public SegSamOutput Decode(Tensor visual, PromptTensors prompts)
    {
        using var scope = NewDisposeScope();
        var (positions, map, tokens) = Prompt(visual, prompts);
        var enriched = cat([tokens, Text(visual, positions).index_select(0, prompts.ImageIndex)], 1);
        var (masks, quality) = Binary(map, positions, enriched);

        var own = cat([Weight("semantic_decoder.object_token"), Weight("semantic_decoder.presence_tokens")]).expand(map.size(0), -1, -1);
        var (hidden, upscaled) = Transform("semantic_decoder", map, positions, cat([own, enriched], 1));
        var (objectToken, presenceTokens) = (hidden.select(1, 0), hidden.narrow(1, 1, _config.PresenceTokens));
        var semantic = Masks(_modules.Call("semantic_decoder.mask_head", objectToken).unsqueeze(1), upscaled);
        var classes = _modules.Call("class_head", objectToken, network.TextBank);
        var presence = _modules.Call("class_head", presenceTokens, network.TextBank);
        (masks, quality, semantic, classes, presence) = scope.Keep((masks, quality, semantic, classes, presence));
        return new(masks, quality, semantic, classes, presence, _config.SingleMask);
    }

    /// <summary>SAM's own part of it: what the official decoder computes.</summary>
    public (Tensor Masks, Tensor Quality) DecodeSam(Tensor visual, PromptTensors prompts)
    {
        using var scope = NewDisposeScope();
        var (positions, map, tokens) = Prompt(visual, prompts);
        return scope.Keep(Binary(map, positions, tokens));
    }

    private (Tensor Positions, Tensor Map, Tensor Tokens) Prompt(Tensor visual, PromptTensors prompts)
    {
        var (tokens, dense, _) = network.PromptEncoder.call(prompts);
        return (network.PromptEncoder.DensePositions(), visual.index_select(0, prompts.ImageIndex).Plus(dense), tokens);
    }

    private (Tensor Masks, Tensor Quality) Binary(Tensor map, Tensor positions, Tensor tokens)
    {
        var count = _config.MultimaskOutputs + 1;
        var own = cat([Weight("mask_decoder.iou_token"), Weight("mask_decoder.mask_tokens")]).expand(map.size(0), -1, -1);
        var (hidden, upscaled) = Transform("mask_decoder", map, positions, cat([own, tokens], 1));
        var weights = stack(
            Enumerable.Range(0, count).Select(i =>
                _modules.Call($"mask_decoder.output_hypernetworks_mlps.{i}", hidden.select(1, 1 + i))),
            1);
        return (Masks(weights, upscaled), _modules.Call("mask_decoder.iou_prediction_head", hidden.select(1, 0)));
    }

    private (Tensor Hidden, Tensor Upscaled) Transform(string decoder, Tensor map, Tensor positions, Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var (queries, keys) = (tokens, map.flatten(2).transpose(1, 2));
        var keyPositions = positions.expand(map.size(0), -1, -1, -1).flatten(2).transpose(1, 2);
        for (var i = 0; i < _config.DecoderDepth; i++)
            (queries, keys) = Layer($"{decoder}.transformer.layers.{i}", i == 0, queries, keys, tokens, keyPositions);
        var final = Attend($"{decoder}.transformer.final_attn_token_to_image", queries.Plus(tokens), keys.Plus(keyPositions), keys);
        queries = _modules.Call($"{decoder}.transformer.norm_final_attn", queries.Plus(final));
        return scope.Keep((queries, Upscale(decoder + ".output_upscaling", keys.transpose(1, 2).reshape(map.shape))));
    }

    private Tensor Upscale(string name, Tensor map)                                     // [P,C,g,g] → [P,C/8,4g,4g]
    {
        var twofold = nn.functional.gelu(_modules.Call(name + ".1", Double(name + ".0", map)));
        return nn.functional.gelu(Double(name + ".3", twofold));
    }

    private Tensor Double(string name, Tensor map) => nn.functional.conv_transpose2d(map, Weight(name), _modules[name + ".bias"], [2, 2]);

    private static Tensor Masks(Tensor weights, Tensor upscaled) =>
        weights.matmul(upscaled.flatten(2)).reshape(upscaled.size(0), weights.size(1), upscaled.size(2), upscaled.size(3));

    private (Tensor, Tensor) Layer(string name, bool first, Tensor queries, Tensor keys, Tensor positions, Tensor keyPositions)
    {
        var placed = first ? queries : queries.Plus(positions);
        var attended = Attend(name + ".self_attn", placed, placed, queries);
        queries = _modules.Call(name + ".norm1", first ? attended : queries.Plus(attended));
        queries = _modules.Call(
            name + ".norm2",
            queries.Plus(Attend(name + ".cross_attn_token_to_image", queries.Plus(positions), keys.Plus(keyPositions), keys)));
        queries = _modules.Call(name + ".norm3", queries.Plus(_modules.Call(name + ".mlp", queries)));
        keys = _modules.Call(
            name + ".norm4",
            keys.Plus(Attend(name + ".cross_attn_image_to_token", keys.Plus(keyPositions), queries.Plus(positions), queries)));
        return (queries, keys);
    }

    private Tensor Text(Tensor visual, Tensor positions)
    {
        const string name = "text_to_vision.";
        var pixels = visual.flatten(2).transpose(1, 2);
        var text = _modules.Call(name + "text_norm", _modules.Call(name + "text_projection", network.TextBank))
            .expand(visual.size(0), -1, -1);
        var evidence = _modules.Call(
            name + "evidence_norm",
            text.Plus(Attend(name + "text_to_image", text, pixels.Plus(positions.flatten(2).transpose(1, 2)), pixels)));
        var query = _modules.Call(name + "image_projection", pixels.mean([1], keepdim: true)).Plus(_modules[name + "summary_token"]);
        var summary = _modules.Call(name + "summary_norm", query.Plus(Attend(name + "summary_to_text", query, evidence, evidence)));
        var answer = _modules.Call(name + "output_norm", summary.Plus(_modules.Call(name + "mlp", summary)));
        return _modules.Has(name + "layer_scale") ? answer * _modules[name + "layer_scale"] : answer;
    }

    private Tensor Attend(string name, Tensor query, Tensor key, Tensor value) =>
        _modules.Attend(name, query, key, value, _config.DecoderHeads);

    private Tensor Weight(string embedding) => _modules[embedding + ".weight"];
}
