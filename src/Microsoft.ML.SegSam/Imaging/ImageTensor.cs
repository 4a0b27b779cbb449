using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Makes the network's input; the only code that does.</summary>
internal static class ImageTensor
{
    /// <summary>Scales the pixels of each image, then pads with 0: the mean colour, or the image's darkest.</summary>
    /// <remarks>Scaled in float32, as upstream, then stored as <paramref name="dtype"/>.</remarks>
    /// <returns>[B, 3, S, S]; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">No image, or input sizes that differ.</exception>
    public static Tensor Stack(
        IReadOnlyList<NetworkImage> images, PixelScaling scaling, Device device, ScalarType dtype = ScalarType.Float32)
    {
        if (images.Count == 0)
            throw new ArgumentException("Expected at least one image, found none.", nameof(images));
        var size = images[0].Geometry.InputSize;
        using var scope = NewDisposeScope();
        var values = new float[images.Count * 3 * size * size];
        for (var i = 0; i < images.Count; i++)
        {
            if (images[i].Geometry.InputSize != size)
                throw new ArgumentException($"Images of one batch share one input size: image 0 has {size}, image {i} has {images[i].Geometry.InputSize}.");
            Fill(values.AsSpan(i * 3 * size * size, 3 * size * size), images[i], scaling);
        }

        return tensor(values, [images.Count, 3, size, size]).to(dtype).to(device).MoveToOuterDisposeScope();
    }

    // One plane for each channel; what is not filled stays 0.
    private static void Fill(Span<float> planes, NetworkImage image, PixelScaling scaling)
    {
        var (geometry, pixels) = image;
        var size = geometry.InputSize;
        var allLevels = PixelLevels.For(scaling, pixels);
        for (var channel = 0; channel < 3; channel++)
        {
            var levels = allLevels.AsSpan(channel * PixelLevels.Count, PixelLevels.Count);
            for (var y = 0; y < geometry.ScaledHeight; y++)
            {
                var row = planes.Slice((channel * size + geometry.OffsetY + y) * size + geometry.OffsetX, geometry.ScaledWidth);
                var from = y * geometry.ScaledWidth * 3 + channel;
                for (var x = 0; x < row.Length; x++, from += 3)
                    row[x] = levels[pixels[from]];
            }
        }
    }
}
