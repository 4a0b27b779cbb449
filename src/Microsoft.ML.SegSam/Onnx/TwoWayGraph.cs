using Microsoft.ML.SegSam.Network;

namespace Microsoft.ML.SegSam.Onnx;

// P prompts, N tokens, g = S/16, C width.

/// <summary>SAM's two-way transformer as a graph: see <see cref="TwoWayTransformer"/>.</summary>
internal static class TwoWayGraph
{
    /// <param name="keys">The map, [P,g·g,C]; with batch 1 one that all prompts share.</param>
    /// <param name="keyPositions">[1,g·g,C].</param>
    /// <param name="tokens">[P,N,C].</param>
    /// <returns>Tokens [P,N,C] and map [P,g·g,C].</returns>
    public static (GraphValue Tokens, GraphValue Map) Transform(
        GraphValue keys, GraphValue keyPositions, GraphValue tokens, string place, SegSamConfig config)
    {
        var (heads, epsilon, queries) = (config.DecoderHeads, config.DecoderEpsilon, tokens);
        for (var i = 0; i < config.DecoderDepth; i++)
        {
            var at = $"{place}layers.{i}.";
            var placed = queries + tokens;
            queries = i == 0 // sees no positions, and replaces the queries
                ? queries.Attention(queries, queries, at + "self_attn", heads)
                : queries + placed.Attention(placed, queries, at + "self_attn", heads);
            queries = queries.Norm(at + "norm1", epsilon);
            queries += (queries + tokens).Attention(keys + keyPositions, keys, at + "cross_attn_token_to_image", heads);
            queries = queries.Norm(at + "norm2", epsilon);
            queries = (queries + queries.Linear(at + "mlp.lin1").Relu().Linear(at + "mlp.lin2")).Norm(at + "norm3", epsilon);
            keys += (keys + keyPositions).Attention(queries + tokens, queries, at + "cross_attn_image_to_token", heads);
            keys = keys.Norm(at + "norm4", epsilon);
        }

        queries += (queries + tokens).Attention(keys + keyPositions, keys, place + "final_attn_token_to_image", heads);
        return (queries.Norm(place + "norm_final_attn", epsilon), keys);
    }
}
