using SkiaSharp;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>A frame packed by JPEG baseline.</summary>
internal static class JpegFrame
{
    /// <returns>Gray bytes, or red, green and blue pixel by pixel.</returns>
    /// <exception cref="InvalidDataException">The frame is damaged, cut off or of another size.</exception>
    public static byte[] Decode(byte[] packed, DicomFormat format)
    {
        if (format.BitsAllocated != 8)
            throw new InvalidDataException($"JPEG baseline has 8 bits, and the file says {format.BitsAllocated}.");
        using var data = SKData.CreateCopy(packed);
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException("The packed pixels are no JPEG.");
        if (codec.EncodedFormat != SKEncodedImageFormat.Jpeg || (codec.Info.Width, codec.Info.Height) != (format.Columns, format.Rows))
        {
            throw new InvalidDataException($"The packed pixels are {codec.EncodedFormat} of {codec.Info.Width} x {codec.Info.Height}; "
                + $"expected JPEG of {format.Columns} x {format.Rows}.");
        }

        var (type, size) = format.Samples == 1 ? (SKColorType.Gray8, 1) : (SKColorType.Rgba8888, 4);
        var info = new SKImageInfo(format.Columns, format.Rows, type, SKAlphaType.Opaque);
        var pixels = new byte[format.Pixels * size];
        unsafe
        {
            fixed (byte* at = pixels)
            {
                if (codec.GetPixels(info, (nint)at) is not SKCodecResult.Success and var result)
                    throw new InvalidDataException($"The JPEG of a frame is damaged or cut off ({result}).");
            }
        }

        if (size == 1)
            return pixels;
        var rgb = new byte[3 * format.Pixels];
        for (var i = 0; i < rgb.Length; i++)
            rgb[i] = pixels[i / 3 * 4 + i % 3];
        return rgb;
    }
}
