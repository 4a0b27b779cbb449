using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Encoder;

/// <summary>Cuts a map into windows, padded with zeros on the right and below, and puts it together again.</summary>
internal static class WindowPartition
{
    /// <summary>[B,H,W,C] → [B·n,w,w,C], windows row by row.</summary>
    public static Tensor Partition(Tensor map, long window) => Partition(map, window, window);

    /// <summary>[B,H,W,C] → [B·n,h,w,C], windows row by row.</summary>
    public static Tensor Partition(Tensor map, long windowHeight, long windowWidth)
    {
        long batch = map.size(0), height = map.size(1), width = map.size(2), channels = map.size(3);
        long down = Count(height, windowHeight), across = Count(width, windowWidth);
        if (down * windowHeight != height || across * windowWidth != width)
            map = functional.pad(map, [0, 0, 0, across * windowWidth - width, 0, down * windowHeight - height]);
        return map.reshape(batch, down, windowHeight, across, windowWidth, channels).transpose(2, 3)
            .reshape(batch * down * across, windowHeight, windowWidth, channels);
    }

    /// <summary>[B·n,h,w,C] → [B,H,W,C], without the padding.</summary>
    public static Tensor Merge(Tensor windows, long height, long width)
    {
        long windowHeight = windows.size(1), windowWidth = windows.size(2), channels = windows.size(3);
        long down = Count(height, windowHeight), across = Count(width, windowWidth);
        var map = windows.reshape(-1, down, across, windowHeight, windowWidth, channels).transpose(2, 3)
            .reshape(-1, down * windowHeight, across * windowWidth, channels);
        return map.narrow(1, 0, height).narrow(2, 0, width);
    }

    /// <summary>
    /// Computes a map region by region: the whole windows, and what is left over on the right, below and in the corner; each side of a
    /// region is whole windows or less than one. [B,H,W,C] → [B,H,W,C'].
    /// </summary>
    public static Tensor MapRegions(Tensor map, long window, Func<Tensor, Tensor> compute)
    {
        var bands = Regions(map, 1, window).Select(band => AttentionTiles.Concatenate(2, Regions(band, 2, window).Select(compute)));
        return AttentionTiles.Concatenate(1, bands);
    }

    private static IEnumerable<Tensor> Regions(Tensor map, int axis, long window)
    {
        long side = map.size(axis), whole = side / window * window;
        if (whole > 0)
            yield return map.narrow(axis, 0, whole);
        if (side > whole)
            yield return map.narrow(axis, whole, side - whole);
    }

    private static long Count(long side, long window) => (side + window - 1) / window;
}
