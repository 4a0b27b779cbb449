using SampleKit;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio;

/// <summary>Image files in memory.</summary>
internal static class ImageFiles
{
    public static byte[] Png(int width, int height, Func<int, int, byte> gray) =>
        PngEncoder.Gray(Levels(width, height, gray), height, width);

    public static byte[] Jpeg(int width, int height, Func<int, int, byte> gray, int quality = 100)
    {
        var info = new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque);
        using var image = SKImage.FromPixelCopy(info, Levels(width, height, gray));
        using var encoded = image.Encode(SKEncodedImageFormat.Jpeg, quality);
        return encoded.ToArray();
    }

    /// <summary>A JPEG whose EXIF block says how the camera was held.</summary>
    /// <param name="origin">1 to 8, as EXIF numbers them.</param>
    public static byte[] Turned(byte[] jpeg, int origin)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, // big-endian TIFF, its directory at 8
            0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)origin, 0, 0, 0, 0, 0, 0, // one entry: orientation, a short
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    private static byte[] Levels(int width, int height, Func<int, int, byte> gray) =>
        [.. Enumerable.Range(0, width * height).Select(i => gray(i % width, i / width))];
}
