using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Network.Fused.Encoders;

/// <summary>Linear layers of <see cref="EncoderBlock"/>, with its adapters folded in.</summary>
internal static class FusedVitWeights
{
    /// <summary>The layer to queries, keys and values [3C,C]: with its low-rank update, and queries multiplied with a number.</summary>
    /// <param name="name">Of the attention, with a dot.</param>
    public static (float[] Weight, float[] Bias) Qkv(ModuleWeights weights, string name, EncoderConfig config, double scale)
    {
        float[] weight = weights.Of(name + "qkv.weight"), bias = weights.Of(name + "qkv.bias");
        var width = config.Width;
        if (config.Adapter == SegSamAdapter.LowRank)
        {
            AddProduct(weights.Of(name + "Adapter.query_up.weight"), weights.Of(name + "Adapter.query_down.weight"), weight, width);
            AddProduct(weights.Of(name + "Adapter.value_up.weight"), weights.Of(name + "Adapter.value_down.weight"),
                weight.AsSpan(2 * width * width), width);
        }

        for (var i = 0; i < width * width; i++)
            weight[i] = (float)(weight[i] * scale);
        for (var i = 0; i < width; i++)
            bias[i] = (float)(bias[i] * scale);
        return (weight, bias);
    }

    /// <summary>The MLP's two layers [E,C], [C,E]; those of a bottleneck adapter beside it are more of its channels.</summary>
    /// <param name="name">Of the block, with a dot.</param>
    public static (float[] Widen, float[] WidenBias, float[] Narrow, float[] NarrowBias) Mlp(
        ModuleWeights weights, string name, EncoderConfig config)
    {
        float[] widen = weights.Of(name + "mlp.lin1.weight"), widenBias = weights.Of(name + "mlp.lin1.bias");
        float[] narrow = weights.Of(name + "mlp.lin2.weight"), narrowBias = weights.Of(name + "mlp.lin2.bias");
        if (config.Adapter != SegSamAdapter.Bottleneck)
            return (widen, widenBias, narrow, narrowBias);
        float[] down = weights.Of(name + "Adapter.down.weight"), downBias = weights.Of(name + "Adapter.down.bias");
        float[] up = weights.Of(name + "Adapter.up.weight"), upBias = weights.Of(name + "Adapter.up.bias");
        var rows = narrow.Chunk(widenBias.Length).Zip(up.Chunk(downBias.Length), (row, more) => (float[])[.. row, .. more]);
        return ([.. widen, .. down], [.. widenBias, .. downBias], [.. rows.SelectMany(row => row)],
            [.. narrowBias.Zip(upBias, (a, b) => a + b)]);
    }

    // to += up·down: [outputs,rank], [rank,width] → [outputs,width].
    private static void AddProduct(float[] up, float[] down, Span<float> to, int width)
    {
        var rank = down.Length / width;
        for (var i = 0; i < up.Length / rank * width; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < rank; j++)
                sum += (double)up[i / width * rank + j] * down[j * width + i % width];
            to[i] = (float)(to[i] + sum);
        }
    }
}
