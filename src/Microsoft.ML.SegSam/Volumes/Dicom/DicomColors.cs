namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>Colors that are not packed, as red, green and blue.</summary>
internal static class DicomColors
{
    /// <summary>Samples side by side or by planes, or two luminances with one pair of color differences.</summary>
    public static byte[] ToRgb(byte[] bytes, DicomFormat format)
    {
        if (format.Photometric == "YBR_FULL_422")
            return FromHalved(bytes, format);
        var count = format.Pixels;
        var rgb = new byte[3 * count];
        for (var i = 0; i < count; i++)
        {
            var (a, b, c) = format.IsPlanar ? (bytes[i], bytes[count + i], bytes[2 * count + i])
                : (bytes[3 * i], bytes[3 * i + 1], bytes[3 * i + 2]);
            if (format.Photometric == "RGB")
                (rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]) = (a, b, c);
            else
                Convert(a, b, c, rgb.AsSpan(3 * i, 3));
        }

        return rgb;
    }

    // Y Y Cb Cr for two pixels of a row.
    private static byte[] FromHalved(byte[] bytes, DicomFormat format)
    {
        if (format.Columns % 2 != 0)
            throw new InvalidDataException($"The image has {format.Columns} columns; YBR_FULL_422 needs an even number.");
        var rgb = new byte[3 * format.Pixels];
        for (var i = 0; i < format.Pixels; i++)
        {
            var pair = 4 * (i / 2);
            Convert(bytes[pair + i % 2], bytes[pair + 2], bytes[pair + 3], rgb.AsSpan(3 * i, 3));
        }

        return rgb;
    }

    // PS3.3 C.7.6.3.1.2.
    private static void Convert(byte luminance, byte blue, byte red, Span<byte> rgb)
    {
        var (y, cb, cr) = ((double)luminance, blue - 128.0, red - 128.0);
        rgb[0] = Clamp(y + 1.402 * cr);
        rgb[1] = Clamp(y - 0.344136 * cb - 0.714136 * cr);
        rgb[2] = Clamp(y + 1.772 * cb);
    }

    private static byte Clamp(double value) => (byte)Math.Clamp(Math.Floor(value + 0.5), 0, 255);
}
