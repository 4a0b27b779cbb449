using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Onnx;

/// <summary>The image encoder as a graph: normalized images [B,3,S,S] → the embedding [B,C,g,g], or [B,4C,g,g] with fine maps.</summary>
internal static class EncoderGraph
{
    public const string Place = "image_encoder.";

    public static GraphValue Encode(GraphValue images, SegSamConfig config) => config.Kind switch
    {
        EncoderKind.TinyVit => TinyVitGraph.Encode(images, config),
        EncoderKind.ResNet => ResNetGraph.Encode(images, config),
        _ => VitGraph.Encode(images, config),
    };

    /// <summary>SAM's neck: two convolutions, each normalized.</summary>
    public static GraphValue Neck(this GraphValue map, SegSamConfig config)
    {
        map = map.Convolution(Place + "neck.0").MapNorm(Place + "neck.1", config.MapEpsilon);
        return map.Convolution(Place + "neck.2").MapNorm(Place + "neck.3", config.MapEpsilon);
    }

    /// <summary>[B,H,W,C] → [B·n,w·w,C], windows row by row; the map is padded with zeros.</summary>
    public static GraphValue Partition(this GraphValue map, long side, long window, long width)
    {
        var count = Count(side, window);
        map = map.PadMap(count * window - side, count * window - side);
        return map.Reshape(-1, count, window, count, window, width).Transpose(0, 1, 3, 2, 4, 5).Reshape(-1, window * window, width);
    }

    /// <summary>The inverse, without the padding.</summary>
    public static GraphValue Merge(this GraphValue windows, long side, long window, long width)
    {
        var count = Count(side, window);
        var map = windows.Reshape(-1, count, count, window, window, width).Transpose(0, 1, 3, 2, 4, 5)
            .Reshape(-1, count * window, count * window, width);
        return count * window == side ? map : map.Slice(1, 0, side).Slice(2, 0, side);
    }

    private static long Count(long side, long window) => (side + window - 1) / window;
}
