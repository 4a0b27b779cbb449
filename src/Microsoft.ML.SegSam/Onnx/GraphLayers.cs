namespace Microsoft.ML.SegSam.Onnx;

/// <summary>The layers that the networks are made of, each by the place of its weights in the state dict.</summary>
internal static class GraphLayers
{
    /// <summary>y = x Wᵀ + b over the last dimension.</summary>
    public static GraphValue Linear(this GraphValue x, string place)
    {
        var graph = x.Graph;
        var y = x.MatMul(graph.TransposedWeight(place + ".weight"));
        return graph.Weights.Has(place + ".bias") ? y + graph.Weight(place + ".bias") : y;
    }

    public static GraphValue Convolution(this GraphValue map, string place, long stride = 1, long groups = 1)
    {
        var side = map.Graph.Weights.Of(place + ".weight").Shape[^1];
        return map.Convolution("Conv", place, stride, stride == side ? 0 : side / 2, ("group", groups));
    }

    /// <summary>The map's sides times the stride.</summary>
    public static GraphValue TransposedConvolution(this GraphValue map, string place, long stride, long padding = 0) =>
        map.Convolution("ConvTranspose", place, stride, padding);

    private static GraphValue Convolution(
        this GraphValue map, string type, string place, long stride, long padding, params (string, object)[] more)
    {
        var graph = map.Graph;
        GraphValue[] inputs = graph.Weights.Has(place + ".bias")
            ? [map, graph.Weight(place + ".weight"), graph.Weight(place + ".bias")] : [map, graph.Weight(place + ".weight")];
        return graph.Node(type, inputs,
            [("strides", (long[])[stride, stride]), ("pads", (long[])[padding, padding, padding, padding]), .. more]);
    }

    /// <summary>Layer normalization over the last dimension.</summary>
    public static GraphValue Norm(this GraphValue x, string place, double epsilon) => x.Graph.Node(
        "LayerNormalization", [x, x.Graph.Weight(place + ".weight"), x.Graph.Weight(place + ".bias")], ("axis", -1L), ("epsilon", epsilon));

    /// <summary>Layer normalization over the channels of each pixel of a map [B,C,H,W].</summary>
    public static GraphValue MapNorm(this GraphValue map, string place, double epsilon) =>
        map.Transpose(0, 2, 3, 1).Norm(place, epsilon).Transpose(0, 3, 1, 2);

    /// <summary>Batch normalization by the running statistics; engines fold it into the convolution before it.</summary>
    public static GraphValue BatchNorm(this GraphValue map, string place, double epsilon)
    {
        var graph = map.Graph;
        return graph.Node("BatchNormalization",
            [map, .. ((string[])["weight", "bias", "running_mean", "running_var"]).Select(name => graph.Weight($"{place}.{name}"))],
            ("epsilon", epsilon));
    }

    /// <summary>Linear layers with ReLU between them.</summary>
    public static GraphValue Perceptron(this GraphValue x, string place, int depth)
    {
        for (var i = 0; i < depth; i++)
        {
            x = x.Linear($"{place}.layers.{i}");
            if (i < depth - 1)
                x = x.Relu();
        }

        return x;
    }

    /// <summary>SAM's attention of several heads: [B,Nq,C] [B,Nk,C] [B,Nk,C] → [B,Nq,C]; a batch of 1 serves all.</summary>
    public static GraphValue Attention(this GraphValue query, GraphValue key, GraphValue value, string place, int heads)
    {
        var width = query.Graph.Weights.Of(place + ".q_proj.weight").Shape[0];
        GraphValue Heads(GraphValue x, string projection) => x.Linear($"{place}.{projection}").Reshape(0, 0, heads, width / heads);
        var q = Heads(query, "q_proj").Transpose(0, 2, 1, 3) * (1 / Math.Sqrt((double)width / heads));      // [B,h,Nq,d]
        var k = Heads(key, "k_proj").Transpose(0, 2, 3, 1);                                                 // [B,h,d,Nk]
        var v = Heads(value, "v_proj").Transpose(0, 2, 1, 3);                                               // [B,h,Nk,d]
        var attended = q.MatMul(k).Softmax().MatMul(v);                                                     // [B,h,Nq,d]
        return attended.Transpose(0, 2, 1, 3).Reshape(0, 0, width).Linear(place + ".out_proj");
    }

    /// <summary>Pixels side by side: [B,C,H,W] → [B,H·W,C].</summary>
    public static GraphValue Pixels(this GraphValue map, long channels) => map.Reshape(0, channels, -1).Transpose(0, 2, 1);
}
