using SkiaSharp;

namespace Phantoms;

/// <summary>Writes raw pixels as PNG files.</summary>
internal static class PhantomPng
{
    /// <summary>The slice's picture, grey or colored.</summary>
    public static void Write(string path, PhantomSlice slice)
    {
        if (slice.Rgb is null)
            WriteGrey(path, slice.Gray, slice.Width, slice.Height);
        else
            WriteRgba(path, [.. slice.Gray.SelectMany((_, i) => (byte[])[.. slice.Rgb.AsSpan(3 * i, 3), 255])], slice.Width, slice.Height);
    }

    /// <summary>8-bit grey, row-major.</summary>
    public static void WriteGrey(string path, byte[] grey, int width, int height) =>
        Write(path, grey, width, height, SKColorType.Gray8);

    /// <summary>4 bytes per pixel: red, green, blue, alpha.</summary>
    public static void WriteRgba(string path, byte[] rgba, int width, int height) =>
        Write(path, rgba, width, height, SKColorType.Rgba8888);

    private static void Write(string path, byte[] pixels, int width, int height, SKColorType type)
    {
        using var image = SKImage.FromPixelCopy(new SKImageInfo(width, height, type, SKAlphaType.Opaque), pixels);
        using var encoded = image.Encode(SKEncodedImageFormat.Png, 100);
        using var file = File.Create(path);
        encoded.SaveTo(file);
    }
}
