using SkiaSharp;

namespace SegSam.Cli.Output;

/// <summary>PNG files of 8-bit gray levels.</summary>
internal static class GrayPicture
{
    /// <summary>White where the mask is.</summary>
    public static void Write(string path, bool[] mask, int height, int width) => Write(path, Array.ConvertAll(mask, inside => (byte)(inside ? 255 : 0)), height, width);

    /// <param name="levels">height x width gray levels, row-major.</param>
    public static void Write(string path, byte[] levels, int height, int width)
    {
        using var image = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque), levels);
        using var encoded = image.Encode(SKEncodedImageFormat.Png, 100);
        OutputFile.Write(path, encoded.ToArray());
    }
}
