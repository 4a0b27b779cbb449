using System.Runtime.Intrinsics;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Imaging.Decoding;

/// <summary>
/// An image as plain bytes: height x width x 3, row-major, red green blue, 0..255. Only this code turns files into pixels.
/// </summary>
/// <remarks>
/// The rules: a file is decoded completely or is an error; EXIF's orientation is applied; transparency is composited over black; 16-bit
/// gray levels are stretched to 0..255 by the image's own range, other 16-bit channels keep their high byte; an animation gives its first
/// frame.
/// </remarks>
internal sealed class PixelImage
{
    /// <exception cref="ArgumentException">The array does not hold height x width x 3 bytes.</exception>
    public PixelImage(int height, int width, byte[] rgb)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (rgb.LongLength != (long)height * width * 3)
            throw new ArgumentException($"A {width} x {height} RGB image has {(long)height * width * 3} bytes, found {rgb.Length}.");
        Height = height;
        Width = width;
        Rgb = rgb;
    }

    public int Height { get; }

    public int Width { get; }

    /// <summary>Height x Width x 3 bytes.</summary>
    public byte[] Rgb { get; }

    /// <summary>Whether the file stores it in another orientation, given by EXIF.</summary>
    public bool IsTurned { get; init; }

    /// <summary>Copies the pixels of an ML.NET image, which is not disposed.</summary>
    /// <exception cref="NotSupportedException">The image is neither Bgra32 nor Rgba32.</exception>
    public static PixelImage From(MLImage image)
    {
        var isBgra = image.PixelFormat switch
        {
            MLPixelFormat.Bgra32 => true,
            MLPixelFormat.Rgba32 => false,
            var format => throw new NotSupportedException(
                $"The image has pixel format {format}; expected Bgra32 or Rgba32, as MLImage.CreateFromStream creates."),
        };
        var rgb = new byte[ByteCount(image.Height, image.Width)];
        FromPixels.Copy(image.Pixels, rgb, isBgra);
        return new(image.Height, image.Width, rgb);
    }

    /// <summary>Decodes the bytes of a PNG, JPEG, BMP, GIF or WebP file.</summary>
    /// <exception cref="InvalidDataException">The bytes are in another format, or the file is truncated or damaged.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> encodedFile)
    {
        var png = PngFile.Open(encodedFile);
        if (png is { Depth: 16 } && SixteenBitLevels.Read(png, encodedFile) is { } deep)
            return deep.ToPixelImage();
        using var data = SKData.CreateCopy(encodedFile);
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException(
            $"The {encodedFile.Length} bytes are not a supported image file ({Describe(encodedFile)}). Expected PNG, JPEG, BMP, GIF or "
                + "WebP.");
        var (height, width) = (codec.Info.Height, codec.Info.Width);
        var rgb = new byte[ByteCount(height, width)];
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
            throw new InvalidDataException(
                $"The {width} x {height} {codec.EncodedFormat} image is truncated or damaged ({result}). Get the complete file.");
        FromPixels.Copy(bitmap.GetPixelSpan(), rgb, isBgra: false);
        var origin = png is null ? codec.EncodedOrigin : Orientation.OfExif(png.Exif);
        rgb = Orientation.Upright(rgb, height, width, 3, origin);
        (height, width) = Orientation.IsTransposed(origin) ? (width, height) : (height, width);
        return new(height, width, rgb) { IsTurned = origin != SKEncodedOrigin.TopLeft };
    }

    /// <summary>The pixels as an ML.NET image, which the caller disposes.</summary>
    public MLImage ToMLImage()
    {
        var bgra = new byte[(long)Height * Width * 4];
        for (int from = 0, to = 0; from < Rgb.Length; from += 3, to += 4)
            (bgra[to], bgra[to + 1], bgra[to + 2], bgra[to + 3]) = (Rgb[from + 2], Rgb[from + 1], Rgb[from], byte.MaxValue);
        return MLImage.CreateFromPixels(Width, Height, MLPixelFormat.Bgra32, bgra);
    }

    /// <summary>The pixels as a PNG file.</summary>
    public byte[] EncodePng()
    {
        var rgba = new byte[Height * Width * 4];
        for (int from = 0, to = 0; from < Rgb.Length; from += 3, to += 4)
        {
            Rgb.AsSpan(from, 3).CopyTo(rgba.AsSpan(to));
            rgba[to + 3] = byte.MaxValue;
        }

        using var picture = SKImage.FromPixelCopy(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba);
        using var file = picture.Encode(SKEncodedImageFormat.Png, 100);
        return file.ToArray();
    }

    /// <summary>A copy of a part within the image.</summary>
    public PixelImage Crop(int x, int y, int width, int height)
    {
        var rgb = new byte[height * width * 3];
        for (var row = 0; row < height; row++)
            Rgb.AsSpan(((y + row) * Width + x) * 3, width * 3).CopyTo(rgb.AsSpan(row * width * 3));
        return new(height, width, rgb);
    }

    // Names the formats that hospitals use, and shows the first bytes of any other.
    private static string Describe(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty)
            return "it is empty";
        if (file.Length > 132 && file.Slice(128, 4).SequenceEqual("DICM"u8))
            return "it is DICOM: predictors and image columns take it as it is, MedicalVolume.Load opens it";
        if (file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8))
            return "it is TIFF: save it as PNG first";
        return $"first bytes: {Convert.ToHexString(file[..Math.Min(8, file.Length)])}";
    }

    private static int ByteCount(int height, int width)
    {
        var count = (long)height * width * 3;
        return count <= Array.MaxLength ? (int)count
            : throw new NotSupportedException(
                $"A {width} x {height} image is too large: at most {Array.MaxLength / 3} pixels are supported.");
    }
}

/// <summary>Converts four-byte pixels to three-byte RGB.</summary>
internal static class FromPixels
{
    private const int Together = 4; // pixels of a vector
    private static readonly Vector128<byte> RgbOfBgra = Vector128.Create((byte)2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 0, 0, 0, 0);
    private static readonly Vector128<byte> RgbOfRgba = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0);

    /// <summary>Copies pixels of four bytes, without gaps between rows, to pixels of three bytes.</summary>
    /// <remarks>
    /// Colors are premultiplied by alpha, as in every ML.NET image, so dropping alpha composites them over black. Images whose fourth byte
    /// is unused and 0 are read as well.
    /// </remarks>
    public static void Copy(ReadOnlySpan<byte> source, Span<byte> rgb, bool isBgra)
    {
        var (order, red) = isBgra ? (RgbOfBgra, 2) : (RgbOfRgba, 0);
        var (from, to) = (0, 0);
        // Each step writes sixteen bytes; the next one overwrites the last four.
        for (; rgb.Length - to >= Vector128<byte>.Count; from += 4 * Together, to += 3 * Together)
            Vector128.Shuffle(Vector128.Create(source.Slice(from, 4 * Together)), order).CopyTo(rgb[to..]);
        for (; from < source.Length; from += 4, to += 3)
            (rgb[to], rgb[to + 1], rgb[to + 2]) = (source[from + red], source[from + 1], source[from + 2 - red]);
    }
}
