using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;

namespace Microsoft.ML.SegSam.Onnx;

// B images, n windows, w window side, N = w·w, C width of a stage, h heads, d = C/h.

/// <summary>MobileSAM's encoder as a graph: see <see cref="TinyVitEncoder"/>.</summary>
internal static class TinyVitGraph
{
    public static GraphValue Encode(GraphValue images, SegSamConfig config)
    {
        var stem = EncoderGraph.Place + "patch_embed.seq.";
        var map = ConvNorm(ConvNorm(images, stem + "0", stride: 2).Gelu(), stem + "2", stride: 2);      // [B,64,S/4,S/4]
        var side = config.InputSize / 4;
        for (var i = 0; i < config.Stages!.Count; i++)
        {
            var (stage, place) = (config.Stages[i], $"{EncoderGraph.Place}layers.{i}.");
            for (var block = 0; block < stage.Depth; block++)
            {
                var at = $"{place}blocks.{block}.";
                map = stage.Heads == 0 ? MobileBlock(map, at, stage.Width) : Block(map, at, stage, side);
            }

            if (i == config.Stages.Count - 1)
                break;
            var stride = i < 2 ? 2 : 1;
            map = Merge(map, place + "downsample.", config.Stages[i + 1].Width, stride);
            side /= stride;
        }

        return map.Neck(config);
    }

    private static GraphValue Merge(GraphValue map, string place, long width, long stride)
    {
        map = ConvNorm(map, place + "conv1").Gelu();
        map = ConvNorm(map, place + "conv2", stride, groups: width).Gelu();
        return ConvNorm(map, place + "conv3");
    }

    private static GraphValue MobileBlock(GraphValue map, string place, long width)
    {
        var mixed = ConvNorm(ConvNorm(map, place + "conv1").Gelu(), place + "conv2", groups: 4 * width).Gelu();
        return (map + ConvNorm(mixed, place + "conv3")).Gelu();
    }

    private static GraphValue Block(GraphValue map, string place, TinyVitStage stage, long side)        // [B,C,H,W]
    {
        var x = map.Transpose(0, 2, 3, 1);
        x += Attend(x.Partition(side, stage.Window, stage.Width), place + "attn", stage).Merge(side, stage.Window, stage.Width);
        x = ConvNorm(x.Transpose(0, 3, 1, 2), place + "local_conv", groups: stage.Width).Transpose(0, 2, 3, 1);
        x += x.Norm(place + "mlp.norm", TinyVitBlock.Epsilon).Linear(place + "mlp.fc1").Gelu().Linear(place + "mlp.fc2");
        return x.Transpose(0, 3, 1, 2);
    }

    private static GraphValue Attend(GraphValue windows, string place, TinyVitStage stage)              // [n,N,C]
    {
        long count = stage.Window * stage.Window, depth = stage.Width / stage.Heads;
        var parts = windows.Norm(place + ".norm", TinyVitBlock.Epsilon).Linear(place + ".qkv")
            .Reshape(-1, count, stage.Heads, 3, depth).Transpose(3, 0, 2, 1, 4).Split(0, 3);            // [1,n,h,N,d] each
        var (q, k, v) = (parts[0].Squeeze(0), parts[1].Squeeze(0), parts[2].Squeeze(0));
        var bias = windows.Graph.Constant(Bias(windows.Graph.Weights.Of(place + ".attention_biases"), stage));
        var attended = ((q * (1 / Math.Sqrt(depth))).MatMul(k.Transpose(0, 1, 3, 2)) + bias).Softmax().MatMul(v);
        return attended.Transpose(0, 2, 1, 3).Reshape(0, 0, stage.Width).Linear(place + ".proj");
    }

    // The bias of each pair (query, key): [h,N,N].
    private static WeightArray Bias(WeightArray biases, TinyVitStage stage)
    {
        var count = stage.Window * stage.Window;
        var all = new float[stage.Heads * count * count];
        for (var i = 0; i < all.Length; i++)
        {
            var (head, query, key) = (i / (count * count), i / count % count, i % count);
            var (down, across) = (query / stage.Window - key / stage.Window, query % stage.Window - key % stage.Window);
            all[i] = biases.Values[head * count + Math.Abs(down) * stage.Window + Math.Abs(across)];
        }

        return new(all, [stage.Heads, count, count]);
    }

    private static GraphValue ConvNorm(GraphValue map, string place, long stride = 1, long groups = 1) =>
        map.Convolution(place + ".c", stride, groups).BatchNorm(place + ".bn", BatchNormLayer.Epsilon);
}
