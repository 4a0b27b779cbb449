using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Makes the network's input; the only code that does.</summary>
internal static class ImageTensor
{
    /// <summary>Normalises each image, then pads with 0, so that padding has the mean colour.</summary>
    /// <remarks>Normalised in float32, as upstream, then stored as <paramref name="dtype"/>.</remarks>
    /// <returns>[B, 3, S, S]; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">No image, or input sizes that differ.</exception>
    public static Tensor Stack(
        IReadOnlyList<NetworkImage> images, PixelNormalization normalization, Device device, ScalarType dtype = ScalarType.Float32)
    {
        if (images.Count == 0)
            throw new ArgumentException("Expected at least one image, found none.", nameof(images));
        var size = images[0].Geometry.InputSize;
        using var scope = NewDisposeScope();
        var mean = tensor(normalization.Mean, device: device).view(3, 1, 1);
        var std = tensor(normalization.Std, device: device).view(3, 1, 1);
        var batch = zeros(images.Count, 3, size, size, dtype, device);
        for (var i = 0; i < images.Count; i++)
        {
            var (geometry, scaledRgb) = images[i];
            if (geometry.InputSize != size)
                throw new ArgumentException(
                    $"Images of one batch share one input size: image 0 has {size}, image {i} has {geometry.InputSize}.");
            using var perImage = NewDisposeScope();
            var pixels = tensor(scaledRgb, [geometry.ScaledHeight, geometry.ScaledWidth, 3], device: device) // bytes travel, not floats
                .permute(2, 0, 1).to(ScalarType.Float32); // [3, h, w]
            batch[i].narrow(1, geometry.OffsetY, geometry.ScaledHeight).narrow(2, geometry.OffsetX, geometry.ScaledWidth)
                .copy_((pixels - mean) / std);
        }

        return batch.MoveToOuterDisposeScope();
    }
}
