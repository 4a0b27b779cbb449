using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Onnx;

// B images, n windows, w side of a window or of the map, N = w·w, D width, h heads, d = D/h.

/// <summary>SAM's vision transformer as a graph: see <see cref="ImageEncoder"/>.</summary>
internal static class VitGraph
{
    private const long ManyTokens = 1024; // from here on one head after another, so that logits of all pairs need not fit at once

    public static GraphValue Encode(GraphValue images, SegSamConfig config)
    {
        var graph = images.Graph;
        var x = images.Convolution(EncoderGraph.Place + "patch_embed.proj", config.PatchSize).Transpose(0, 2, 3, 1)
            + graph.Weight(EncoderGraph.Place + "pos_embed");                                           // [B,g,g,D]
        for (var i = 0; i < config.EncoderDepth; i++)
            x = Block(x, $"{EncoderGraph.Place}blocks.{i}", config.GlobalBlocks.Contains(i) ? 0 : config.WindowSize, config);
        return x.Transpose(0, 3, 1, 2).Neck(config);                                                    // [B,C,g,g]
    }

    private static GraphValue Block(GraphValue x, string place, int window, SegSamConfig config)
    {
        x += Attend(x.Norm(place + ".norm1", config.EncoderEpsilon), place + ".attn", window, config);
        var normed = x.Norm(place + ".norm2", config.EncoderEpsilon);
        var y = x + normed.Linear(place + ".mlp.lin1").Gelu().Linear(place + ".mlp.lin2");
        return config.Adapter switch
        {
            SegSamAdapter.Bottleneck => y + normed.Linear(place + ".Adapter.down").Gelu().Linear(place + ".Adapter.up"),
            SegSamAdapter.SamMed2D => y + SamMed2D(normed, place + ".Adapter", config),
            _ => y,
        };
    }

    private static GraphValue Attend(GraphValue map, string place, int window, SegSamConfig config)     // [B,g,g,D]
    {
        var (side, width) = (window == 0 ? config.Grid : window, config.EncoderWidth);
        var tokens = window == 0 ? map.Reshape(-1, side * side, width) : map.Partition(config.Grid, window, width);   // [n,N,D]
        var attended = Heads(Project(tokens, place), place, side, config);
        attended = attended.Linear(place + ".proj");
        return window == 0 ? attended.Reshape(-1, side, side, width) : attended.Merge(config.Grid, window, width);
    }

    // The low-rank update is part of the weights.
    private static GraphValue Project(GraphValue tokens, string place)
    {
        var graph = tokens.Graph;
        if (!graph.Weights.Has(place + ".Adapter.query_down.weight"))
            return tokens.Linear(place + ".qkv");
        return tokens.MatMul(graph.Constant(Updated(graph.Weights, place).Transposed())) + graph.Weight(place + ".qkv.bias");
    }

    private static WeightArray Updated(NetworkWeights weights, string place)
    {
        var (values, shape) = weights.Of(place + ".qkv.weight");                                        // [3D,D]
        var width = (int)shape[1];
        foreach (var (name, first) in ((string, int)[])[("query", 0), ("value", 2 * width)])
        {
            var (down, downShape) = weights.Of($"{place}.Adapter.{name}_down.weight");                  // [r,D]
            var up = weights.Of($"{place}.Adapter.{name}_up.weight").Values;                            // [D,r]
            var rank = (int)downShape[0];
            for (var row = 0; row < width; row++)
            {
                for (var column = 0; column < width; column++)
                {
                    var sum = 0.0;
                    for (var i = 0; i < rank; i++)
                        sum += (double)up[row * rank + i] * down[i * width + column];
                    values[(first + row) * width + column] += (float)sum;
                }
            }
        }

        return new(values, shape);
    }

    private static GraphValue Heads(GraphValue qkv, string place, long side, SegSamConfig config)       // [n,N,3D] → [n,N,D]
    {
        long heads = config.EncoderHeads, width = config.EncoderWidth, depth = width / heads, count = side * side;
        var graph = qkv.Graph;
        var parts = qkv.Reshape(-1, count, 3, heads, depth).Transpose(2, 0, 3, 1, 4).Split(0, 3);       // [1,n,h,N,d] each
        var (q, k, v) = (parts[0].Squeeze(0), parts[1].Squeeze(0), parts[2].Squeeze(0));
        var rows = graph.Constant(Distances(graph.Weights, place + ".rel_pos_h", side));                // [w,d,w]
        var columns = graph.Constant(Distances(graph.Weights, place + ".rel_pos_w", side));
        var attended = count < ManyTokens ? Attend(q, k, v, heads)
            : GraphValue.Concat(1, [.. q.Split(1, (int)heads).Zip(k.Split(1, (int)heads), v.Split(1, (int)heads))
                .Select(head => Attend(head.First, head.Second, head.Third, 1))]);
        return attended.Transpose(0, 2, 1, 3).Reshape(0, 0, width);

        GraphValue Attend(GraphValue query, GraphValue key, GraphValue value, long number)              // [n,h,N,d]
        {
            var map = query.Reshape(-1, number, side, side, depth);                                     // the unscaled queries
            var byRow = map.MatMul(rows);                                                               // [n,h,w,w,w]
            var byColumn = map.Transpose(0, 1, 3, 2, 4).MatMul(columns).Transpose(0, 1, 3, 2, 4);
            var logits = (query * (1 / Math.Sqrt(depth))).MatMul(key.Transpose(0, 1, 3, 2))             // [n,h,N,N]
                .Reshape(-1, number, count, side, side)
                + byRow.Reshape(-1, number, count, side, 1) + byColumn.Reshape(-1, number, count, 1, side);
            return logits.Reshape(-1, number, count, count).Softmax().MatMul(value);
        }
    }

    // For each query on an axis, the codes of the distances to all keys: [w,d,w].
    private static WeightArray Distances(NetworkWeights weights, string table, long side)
    {
        var (values, shape) = weights.Of(table);                                                        // [2w-1,d]
        var (count, depth) = ((int)side, (int)shape[1]);
        var codes = new float[count * depth * count];
        for (var query = 0; query < count; query++)
        {
            for (var i = 0; i < depth; i++)
            {
                for (var key = 0; key < count; key++)
                    codes[(query * depth + i) * count + key] = values[(query - key + count - 1) * depth + i];
            }
        }

        return new(codes, [count, depth, count]);
    }

    private static GraphValue SamMed2D(GraphValue normed, string place, SegSamConfig config)            // [B,g,g,D]
    {
        var x = normed.Transpose(0, 3, 1, 2);
        var gate = x.Mean(2, 3).Reshape(-1, config.EncoderWidth).Linear(place + ".channel.0").Relu().Linear(place + ".channel.2").Sigmoid();
        var gated = x * gate.Unsqueeze(2, 3);
        x += gated.Convolution(place + ".spatial.0", stride: 2).Relu()
            .TransposedConvolution(place + ".spatial.2", stride: 2, padding: 1).Relu();
        return x.Transpose(0, 2, 3, 1).Norm(place + ".norm", config.AdapterEpsilon);
    }
}
