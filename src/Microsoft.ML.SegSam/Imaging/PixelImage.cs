using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>An image as plain bytes: height x width x 3, row-major, red green blue, 0..255.</summary>
/// <remarks>Alpha is undone, not blended: partly transparent pixels get their full colour back, fully transparent ones are black.</remarks>
internal sealed class PixelImage
{
    /// <exception cref="ArgumentException">The array does not hold height x width x 3 bytes.</exception>
    public PixelImage(int height, int width, byte[] rgb)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (rgb.LongLength != (long)height * width * 3)
            throw new ArgumentException($"A {width} x {height} RGB image takes {(long)height * width * 3} bytes, found {rgb.Length}.");
        (Height, Width, Rgb) = (height, width, rgb);
    }

    public int Height { get; }

    public int Width { get; }

    /// <summary>Height x Width x 3 bytes.</summary>
    public byte[] Rgb { get; }

    /// <summary>Copies the pixels out of an ML.NET image, which stays the caller's.</summary>
    /// <exception cref="NotSupportedException">The image is neither Bgra32 nor Rgba32.</exception>
    public static PixelImage From(MLImage image)
    {
        var isBgra = image.PixelFormat switch
        {
            MLPixelFormat.Bgra32 => true,
            MLPixelFormat.Rgba32 => false,
            var format => throw new NotSupportedException(
                $"The image has pixel format {format}; expected Bgra32 or Rgba32, as MLImage.CreateFromStream makes them."),
        };
        var rgb = new byte[ByteCount(image.Height, image.Width)];
        FromPixels.Copy(image.Pixels, rgb, isBgra, isPremultiplied: true);
        return new(image.Height, image.Width, rgb);
    }

    /// <summary>Decodes the bytes of a PNG, JPEG, BMP, GIF or WebP file; 16-bit channels keep their high byte.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such image, or the file is cut off or damaged.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> encodedFile)
    {
        using var data = SKData.CreateCopy(encodedFile);
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException(
            $"The {encodedFile.Length} bytes are not an image file that can be read (first bytes: " +
            $"{Convert.ToHexString(encodedFile[..Math.Min(8, encodedFile.Length)])}). Expected PNG, JPEG, BMP, GIF or WebP.");
        var (height, width) = (codec.Info.Height, codec.Info.Width);
        var rgb = new byte[ByteCount(height, width)];
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
            throw new InvalidDataException(
                $"The {width} x {height} {codec.EncodedFormat} image is cut off or damaged ({result}). Get the whole file.");
        FromPixels.Copy(bitmap.GetPixelSpan(), rgb, isBgra: false, isPremultiplied: false);
        return new(height, width, rgb);
    }

    /// <summary>A copy of a part.</summary>
    /// <param name="box">Within the image.</param>
    public PixelImage Crop(RegionBox box)
    {
        var rgb = new byte[box.Height * box.Width * 3];
        for (var y = 0; y < box.Height; y++)
            Rgb.AsSpan(((box.Y0 + y) * Width + box.X0) * 3, box.Width * 3).CopyTo(rgb.AsSpan(y * box.Width * 3));
        return new(box.Height, box.Width, rgb);
    }

    private static int ByteCount(int height, int width)
    {
        var count = (long)height * width * 3;
        return count <= Array.MaxLength ? (int)count
            : throw new NotSupportedException(
                $"A {width} x {height} image is too large: at most {Array.MaxLength / 3} pixels are supported.");
    }
}
