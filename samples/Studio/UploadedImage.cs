using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using SkiaSharp;

namespace Studio;

/// <summary>Decodes uploaded image files with the library's decoder, after checking their size.</summary>
internal static class UploadedImage
{
    /// <summary>Decodes a file; checks its size before decoding any pixel.</summary>
    /// <returns>The upright image. The caller disposes it.</returns>
    /// <exception cref="ProblemException">The file is not an image, damaged, or has too many pixels.</exception>
    public static MLImage Decode(byte[] file, long mostPixels)
    {
        using (var data = SKData.CreateCopy(file))
        using (var codec = SKCodec.Create(data))
        {
            var (width, height) = codec is null ? default : (codec.Info.Width, codec.Info.Height);
            if ((long)width * height > mostPixels)
            {
                var found = FormattableString.Invariant($"{width} x {height} pixels, {width * (double)height / 1e6:0.#} megapixels");
                throw new ProblemException(StatusCodes.Status413PayloadTooLarge, FormattableString.Invariant(
                    $"The image has {found}; at most {mostPixels / 1e6:0.#} are allowed. ")
                    + "Use a smaller image, or start Studio with a higher --max-pixels.");
            }

            try
            {
                return ImageFile.Decode(file);
            }
            catch (InvalidDataException wrong)
            {
                throw new ProblemException(
                    codec is null ? StatusCodes.Status415UnsupportedMediaType : StatusCodes.Status422UnprocessableEntity, wrong.Message);
            }
        }
    }
}
