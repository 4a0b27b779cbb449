using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging.Decoding;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Reads image files by the rules that the pipeline, the predictor and the samples share.</summary>
/// <remarks>
/// Supports PNG, JPEG, BMP, GIF (its first frame) and WebP. A file is decoded completely or is an error, EXIF's orientation is applied, and
/// transparency is composited over black. ML.NET's <c>LoadImages</c> and <see cref="MLImage.CreateFromFile"/> do none of this. The rules
/// (our choice) are the same for images and masks.
/// </remarks>
public static class ImageFile
{
    /// <summary>Reads an image.</summary>
    /// <param name="path">The file. Its content determines the format, not its name.</param>
    /// <returns>An opaque image, which the caller disposes. 16-bit gray levels are stretched to 0..255 by the image's own range.</returns>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file has another format, is truncated or damaged. The message names the file.</exception>
    public static MLImage Read(string path) => Read(path, PixelImage.Decode).ToMLImage();

    /// <summary>Decodes an image in memory.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <returns>As for <see cref="Read(string)"/>.</returns>
    /// <exception cref="InvalidDataException">The bytes have another format, are truncated or damaged.</exception>
    public static MLImage Decode(ReadOnlySpan<byte> file) => PixelImage.Decode(file).ToMLImage();

    /// <summary>Reads a mask.</summary>
    /// <remarks>
    /// If the file has two levels, the higher is the object. Three or more levels are thresholded at half of the format's range.
    /// </remarks>
    /// <param name="path">The file. Its content determines the format, not its name.</param>
    /// <param name="doubts">
    /// What a person should check: the kind of each doubt (more than two levels, no black pixel, an object that covers most of the border),
    /// and what was found. Usually empty.
    /// </param>
    /// <returns>The mask.</returns>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file has another format, is truncated or damaged, or is a label map: more than two levels, none of them above half. The message
    /// names the file.
    /// </exception>
    public static SegmentationMask ReadMask(string path, out IReadOnlyList<(string Kind, string Found)> doubts)
    {
        var mask = Read(path, MaskImage.Decode);
        if (mask is { IsEmpty: true, Highest: > 0 })
            throw new InvalidDataException($"The mask '{path}' {mask.WhyEmpty}.");
        doubts = [.. mask.Doubts];
        return mask.ToSegmentationMask();
    }

    /// <summary>Reads a label map: each pixel holds the number of a category or an object; 0 is background.</summary>
    /// <remarks>
    /// Supports PNG with a palette (the numbers are its indices) or gray levels of 1 to 16 bits, and color files whose colors are all gray.
    /// </remarks>
    /// <param name="path">The file. Its content determines the format, not its name.</param>
    /// <param name="height">The number of rows.</param>
    /// <param name="width">The number of columns.</param>
    /// <returns>height x width numbers, row-major.</returns>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file has colors, is a JPEG (which alters numbers), has another format, is truncated or damaged. The message names the file.
    /// </exception>
    public static uint[] ReadLabels(string path, out int height, out int width)
    {
        var labels = Read(path, LabelImage.Decode);
        (height, width) = (labels.Height, labels.Width);
        return labels.Numbers;
    }

    internal delegate T Decoder<T>(ReadOnlySpan<byte> file);

    /// <summary>Reads a file with a decoder. Errors name the file.</summary>
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
        catch (NotSupportedException failure)
        {
            throw new NotSupportedException($"'{path}': {failure.Message}", failure);
        }
    }
}
