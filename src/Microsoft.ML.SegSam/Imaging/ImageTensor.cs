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
        var values = new float[images.Count * 3 * size * size];
        for (var i = 0; i < images.Count; i++)
        {
            if (images[i].Geometry.InputSize != size)
                throw new ArgumentException($"Images of one batch share one input size: image 0 has {size}, image {i} has {images[i].Geometry.InputSize}.");
            Fill(values.AsSpan(i * 3 * size * size, 3 * size * size), images[i], normalization);
        }

        return tensor(values, [images.Count, 3, size, size]).to(dtype).to(device).MoveToOuterDisposeScope();
    }

    // One plane for each colour; what is not filled stays 0.
    private static void Fill(Span<float> planes, NetworkImage image, PixelNormalization normalization)
    {
        var (geometry, rgb) = image;
        var size = geometry.InputSize;
        Span<float> normalized = stackalloc float[256];
        for (var colour = 0; colour < 3; colour++)
        {
            for (var level = 0; level < 256; level++)
                normalized[level] = (level - normalization.Mean[colour]) / normalization.Std[colour];
            for (var y = 0; y < geometry.ScaledHeight; y++)
            {
                var row = planes.Slice((colour * size + geometry.OffsetY + y) * size + geometry.OffsetX, geometry.ScaledWidth);
                var from = y * geometry.ScaledWidth * 3 + colour;
                for (var x = 0; x < row.Length; x++, from += 3)
                    row[x] = normalized[rgb[from]];
            }
        }
    }
}
