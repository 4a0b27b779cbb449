using Microsoft.ML.Data;

namespace SampleKit;

/// <summary>Opens image files, whole ones only.</summary>
public static class ImageFile
{
    private static readonly byte[] PngStart = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    /// <summary>Decodes an image file; the image is the caller's to dispose of.</summary>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">There is no image in it, or a PNG without its end.</exception>
    public static MLImage Read(string path)
    {
        // The decoder leaves the missing part of a cut PNG black and says nothing.
        var bytes = File.ReadAllBytes(path);
        if (bytes.AsSpan().StartsWith(PngStart) && bytes.AsSpan().LastIndexOf("IEND"u8) < bytes.Length - 64)
            throw Bad(path, null);
        try
        {
            return MLImage.CreateFromStream(new MemoryStream(bytes));
        }
        catch (ArgumentException wrong)
        {
            throw Bad(path, wrong);
        }
    }

    private static InvalidDataException Bad(string path, Exception? wrong) =>
        new($"'{path}' holds no whole image, or one of another kind than PNG, JPEG, BMP, GIF and WebP; copy the file anew, or convert it.", wrong);
}
