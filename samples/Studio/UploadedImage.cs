using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using SkiaSharp;

namespace Studio;

/// <summary>Image files that come from a browser: read by the library's rules, once their size is known to be allowed.</summary>
internal static class UploadedImage
{
    /// <summary>Decodes a whole file; its size is looked at before any pixel is.</summary>
    /// <returns>The upright picture, which is the caller's to dispose of.</returns>
    /// <exception cref="ProblemException">The file is of another kind, damaged, or of too many pixels.</exception>
    public static MLImage Decode(byte[] file, long mostPixels)
    {
        using (var data = SKData.CreateCopy(file))
        using (var codec = SKCodec.Create(data))
        {
            var (width, height) = codec is null ? default : (codec.Info.Width, codec.Info.Height);
            if ((long)width * height > mostPixels)
            {
                throw new ProblemException(StatusCodes.Status413PayloadTooLarge, FormattableString.Invariant(
                    $"The image has {width} x {height} pixels, {width * (double)height / 1e6:0.#} megapixels; ") + FormattableString.Invariant(
                    $"at most {mostPixels / 1e6:0.#} are allowed. Make it smaller, or start Studio with a higher --max-pixels."));
            }

            try
            {
                return ImageFile.Decode(file);
            }
            catch (InvalidDataException wrong)
            {
                throw new ProblemException(codec is null ? StatusCodes.Status415UnsupportedMediaType : StatusCodes.Status422UnprocessableEntity, wrong.Message);
            }
        }
    }
}
