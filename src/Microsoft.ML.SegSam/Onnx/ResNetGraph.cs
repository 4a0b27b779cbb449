using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Onnx;

/// <summary>The stages of a ResNet and what leads from them to the decoders, as a graph: see <see cref="ResNetEncoder"/>.</summary>
internal static class ResNetGraph
{
    public static GraphValue Encode(GraphValue images, SegSamConfig config)
    {
        var graph = images.Graph;
        var map = graph.Node("MaxPool", [images.Convolution(EncoderGraph.Place + "stem", stride: 2).Relu()],
            ("kernel_shape", (long[])[3, 3]), ("strides", (long[])[2, 2]), ("pads", (long[])[1, 1, 1, 1]));
        var maps = new List<GraphValue>();
        for (var i = 0; i < config.ResNetStages!.Count; i++)
        {
            for (var block = 0; block < config.ResNetStages[i].Depth; block++)
                map = Block(map, $"{EncoderGraph.Place}layers.{i}.{block}", stride: i > 0 && block == 0 ? 2 : 1);
            maps.Add(map);
        }

        var embedding = map.Neck(config);
        return config.FineMaps ? Pyramid(embedding, maps[^3], maps[^2], maps[^1]) : embedding;
    }

    private static GraphValue Block(GraphValue map, string place, long stride)
    {
        var residual = map.Convolution(place + ".conv1", stride).Relu().Convolution(place + ".conv2");
        var shortcut = stride == 1 ? map : map.Convolution(place + ".shortcut", stride);
        return (shortcut + residual).Relu();
    }

    private static GraphValue Pyramid(GraphValue embedding, GraphValue fourth, GraphValue eighth, GraphValue sixteenth)
    {
        const string Place = EncoderGraph.Place + "pyramid.";
        var coarse = sixteenth.Convolution(Place + "sixteenth");
        var middle = Join(eighth.Convolution(Place + "eighth"), coarse, Place + "smooth_eighth");
        var fine = Join(fourth.Convolution(Place + "fourth"), middle, Place + "smooth_fourth");
        fine += fine.Convolution(Place + "residual_fourth").Relu();
        return Pack(embedding, middle.Convolution(Place + "twofold"), fine.Convolution(Place + "fourfold"));

        static GraphValue Join(GraphValue fine, GraphValue coarse, string smooth) =>
            (fine + coarse.Enlarge()).Relu().Convolution(smooth).Relu();
    }

    // As FineMaps.Pack: f_v's channels, then those of each of the four parts of a pixel, then those of each of the sixteen.
    private static GraphValue Pack(GraphValue map, GraphValue twofold, GraphValue fourfold) =>
        GraphValue.Concat(1, map, Parts(twofold), Parts(Parts(fourfold)));

    // [B,C,2h,2w] → [B,4C,h,w]
    private static GraphValue Parts(GraphValue map) => map.Graph.Node("SpaceToDepth", [map], ("blocksize", 2L));
}
