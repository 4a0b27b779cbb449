using SkiaSharp;

namespace Studio;

/// <summary>An image file's pixels as a browser shows them: turned as the camera says.</summary>
/// <param name="Rgb">Height x Width x 3 bytes, row-major.</param>
internal sealed record UploadedImage(byte[] Rgb, int Height, int Width)
{
    /// <summary>Decodes a whole file; its size is looked at before any pixel is.</summary>
    /// <exception cref="ProblemException">It is no image, damaged, or of too many pixels.</exception>
    public static UploadedImage Decode(byte[] file, long mostPixels)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data) ?? throw new ProblemException(StatusCodes.Status415UnsupportedMediaType,
            FormattableString.Invariant($"This file of {file.Length:N0} bytes is no image that can be read{Hint(file)}. Expected PNG, JPEG, BMP, GIF or WebP."));
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > mostPixels)
        {
            throw new ProblemException(StatusCodes.Status413PayloadTooLarge, FormattableString.Invariant(
                $"The image has {width} x {height} pixels, {width * (double)height / 1e6:0.#} megapixels; ") + FormattableString.Invariant(
                $"at most {mostPixels / 1e6:0.#} are allowed. Make it smaller, or start Studio with a higher --max-pixels."));
        }

        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        return result == SKCodecResult.Success ? Turn(bitmap.GetPixelSpan(), width, height, codec.EncodedOrigin)
            : throw new ProblemException(StatusCodes.Status422UnprocessableEntity,
                $"The {width} x {height} {codec.EncodedFormat} image is cut off or damaged ({result}). Get the whole file.");
    }

    private static UploadedImage Turn(ReadOnlySpan<byte> rgba, int width, int height, SKEncodedOrigin origin)
    {
        var isTransposed = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var (toHeight, toWidth) = isTransposed ? (width, height) : (height, width);
        // By EXIF's names: where the file's first row and first column belong.
        var fromRight = origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight
            or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var fromBottom = origin is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft
            or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom;
        var rgb = new byte[height * width * 3];
        for (int y = 0, at = 0; y < toHeight; y++)
        {
            for (var x = 0; x < toWidth; x++, at += 3)
            {
                var (column, row) = isTransposed ? (y, x) : (x, y);
                var from = 4 * ((fromBottom ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column));
                rgba.Slice(from, 3).CopyTo(rgb.AsSpan(at));
            }
        }

        return new(rgb, toHeight, toWidth);
    }

    private static string Hint(ReadOnlySpan<byte> file) =>
        file.Length > 132 && file.Slice(128, 4).SequenceEqual("DICM"u8) ? " (it is DICOM: export the slice as PNG first)" : "";
}
