using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Reads an image as a mask: height x width bytes, row-major, 1 where any colour channel is non-zero, else 0.</summary>
/// <remarks>Alpha is no part of the rule; but a fully transparent pixel holds no colour in an <see cref="MLImage"/>, so it is 0.</remarks>
internal static class MaskImage
{
    /// <exception cref="NotSupportedException">The image is neither Bgra32 nor Rgba32.</exception>
    public static byte[] From(MLImage image, out int height, out int width) => From(PixelImage.From(image), out height, out width);

    /// <exception cref="InvalidDataException">The bytes are no image, or the file is cut off or damaged.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> encodedFile, out int height, out int width) =>
        From(PixelImage.Decode(encodedFile), out height, out width);

    public static byte[] From(PixelImage image, out int height, out int width)
    {
        (height, width) = (image.Height, image.Width);
        var rgb = image.Rgb;
        var mask = new byte[height * width];
        for (int i = 0, at = 0; i < mask.Length; i++, at += 3)
            mask[i] = (rgb[at] | rgb[at + 1] | rgb[at + 2]) != 0 ? (byte)1 : (byte)0;
        return mask;
    }
}
