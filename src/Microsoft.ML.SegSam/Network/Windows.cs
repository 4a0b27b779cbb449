using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network;

/// <summary>Cuts a map into square windows, padded with zeros on the right and below, and puts it together again.</summary>
internal static class Windows
{
    /// <summary>[B,H,W,C] → [B·n,w,w,C], windows row by row.</summary>
    public static Tensor Partition(Tensor map, long window)
    {
        long batch = map.size(0), height = map.size(1), width = map.size(2), channels = map.size(3);
        long down = Count(height, window), across = Count(width, window);
        if (down * window != height || across * window != width)
            map = functional.pad(map, [0, 0, 0, across * window - width, 0, down * window - height]);
        return map.reshape(batch, down, window, across, window, channels).transpose(2, 3)
            .reshape(batch * down * across, window, window, channels);
    }

    /// <summary>[B·n,w,w,C] → [B,H,W,C], without the padding.</summary>
    public static Tensor Merge(Tensor windows, long height, long width)
    {
        long window = windows.size(1), channels = windows.size(3);
        long down = Count(height, window), across = Count(width, window);
        var map = windows.reshape(-1, down, across, window, window, channels).transpose(2, 3)
            .reshape(-1, down * window, across * window, channels);
        return map.narrow(1, 0, height).narrow(2, 0, width);
    }

    private static long Count(long side, long window) => (side + window - 1) / window;
}
