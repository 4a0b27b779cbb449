using SkiaSharp;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio;

/// <summary>Image files in memory.</summary>
internal static class StudioPictures
{
    public static byte[] Png(int width, int height, Func<int, int, byte> gray) => Encode(width, height, gray, SKEncodedImageFormat.Png);

    public static byte[] Encode(int width, int height, Func<int, int, byte> gray, SKEncodedImageFormat format)
    {
        var pixels = new byte[width * height];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = gray(i % width, i / width);
        using var image = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque), pixels);
        using var encoded = image.Encode(format, 100);
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
}
