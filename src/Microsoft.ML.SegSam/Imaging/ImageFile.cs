using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Reads image files by the rules that the pipeline, the predictor and the samples share.</summary>
/// <remarks>
/// PNG, JPEG, BMP, GIF (its first frame) and WebP. A file is read whole or refused, turned upright as EXIF says, and transparency is
/// composited over black. ML.NET's <c>LoadImages</c> and <see cref="MLImage.CreateFromFile"/> do none of this (our choice, the same for images and masks).
/// </remarks>
public static class ImageFile
{
    /// <summary>Reads an image.</summary>
    /// <param name="path">The file; its content decides the format, not its name.</param>
    /// <returns>Opaque pixels, which are the caller's to dispose of. 16-bit gray levels are spread over 0 to 255 by the image's own range.</returns>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is of another format, cut off or damaged; the message names the file.</exception>
    public static MLImage Read(string path) => Read(path, PixelImage.Decode).ToMLImage();

    /// <summary>Decodes an image that is in memory.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <returns>As <see cref="Read(string)"/>.</returns>
    /// <exception cref="InvalidDataException">The bytes are of another format, cut off or damaged.</exception>
    public static MLImage Decode(ReadOnlySpan<byte> file) => PixelImage.Decode(file).ToMLImage();

    /// <summary>Reads a mask: of two levels the higher is the object; three levels and more are cut at half of the format's range.</summary>
    /// <param name="path">The file; its content decides the format, not its name.</param>
    /// <param name="doubts">What a person should look at: the kind of each doubt (more than two levels, no black pixel, an object on most of the border), and what was found. Mostly none.</param>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is of another format, cut off or damaged, or a label map: of more levels than two, none of them above half; the message names the file.</exception>
    public static SegmentationMask ReadMask(string path, out IReadOnlyList<(string Kind, string Found)> doubts)
    {
        var mask = Read(path, MaskImage.Decode);
        if (mask is { IsEmpty: true, Highest: > 0 })
            throw new InvalidDataException($"The mask '{path}' {mask.WhyEmpty}.");
        doubts = [.. mask.Doubts];
        return mask.ToSegmentationMask();
    }

    /// <summary>Reads a label map: each pixel holds the number of a category or an object, 0 = background.</summary>
    /// <remarks>PNG with a palette (its indices count, not its colors) or gray levels of 1 to 16 bits, and files of colors that are all gray.</remarks>
    /// <param name="path">The file; its content decides the format, not its name.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <returns>height x width numbers, row-major.</returns>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It has colors, is a JPEG (which changes numbers), of another format, cut off or damaged; the message names the file.</exception>
    public static uint[] ReadLabels(string path, out int height, out int width)
    {
        var labels = Read(path, LabelImage.Decode);
        (height, width) = (labels.Height, labels.Width);
        return labels.Numbers;
    }

    internal delegate T Decoder<T>(ReadOnlySpan<byte> file);

    /// <summary>Reads a file by a decoder; errors name the file.</summary>
    internal static T Read<T>(string path, Decoder<T> decode)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            return decode(File.ReadAllBytes(path));
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"'{path}': {failure.Message}", failure);
        }
    }
}
