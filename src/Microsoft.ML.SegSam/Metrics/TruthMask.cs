using System.Runtime.InteropServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Turns a mask image into pixels: an object is wherever any colour channel is not zero; alpha is ignored.</summary>
/// <remarks>A decoded file holds colours multiplied by alpha, so its fully transparent pixels have no colour left.</remarks>
internal static class TruthMask
{
    // Both formats keep alpha in the last of four bytes, and which colour is which does not matter here.
    private const uint Colours = 0x00FF_FFFF; // little-endian, as all that libtorch runs on

    /// <summary>Fills <paramref name="mask"/> (H·W, row-major) from an image of H rows and W columns.</summary>
    /// <exception cref="InvalidOperationException">The pixel format is neither Bgra32 nor Rgba32.</exception>
    public static void Fill(MLImage image, Span<bool> mask)
    {
        if (image.PixelFormat is not (MLPixelFormat.Bgra32 or MLPixelFormat.Rgba32))
            throw new InvalidOperationException($"the pixel format is {image.PixelFormat}; expected Bgra32 or Rgba32");
        var pixels = MemoryMarshal.Cast<byte, uint>(image.Pixels);
        for (var i = 0; i < mask.Length; i++)
            mask[i] = (pixels[i] & Colours) != 0;
    }

    /// <summary>Decodes an image file (PNG, BMP, JPEG and what else the image library reads).</summary>
    /// <exception cref="ArgumentException">The bytes are no such file.</exception>
    public static MLImage Decode(ReadOnlySpan<byte> file)
    {
        using var stream = new MemoryStream(file.ToArray(), writable: false);
        return MLImage.CreateFromStream(stream);
    }
}
