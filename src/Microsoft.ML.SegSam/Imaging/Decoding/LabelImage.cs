namespace Microsoft.ML.SegSam.Imaging.Decoding;

/// <summary>A label map as stored in its file: the number of each pixel, upright. Transparency does not change a number.</summary>
/// <param name="Numbers">Height x Width, row-major.</param>
internal sealed record LabelImage(int Height, int Width, uint[] Numbers)
{
    /// <exception cref="InvalidDataException">The bytes are not a label map, or are truncated or damaged.</exception>
    public static LabelImage Decode(ReadOnlySpan<byte> file)
    {
        if (PngFile.Open(file) is not { } png)
            return FromGray(file);
        var (samples, channels, isColor) = (png.ReadSamples(file), png.Channels, png.Color is PngColor.Rgb or PngColor.Rgba);
        var numbers = new uint[samples.Length / channels];
        for (int i = 0, at = 0; i < numbers.Length; i++, at += channels)
        {
            numbers[i] = samples[at];
            if (isColor && (samples[at] != samples[at + 1] || samples[at] != samples[at + 2]))
                throw Invalid();
        }

        var origin = Orientation.OfExif(png.Exif);
        numbers = Orientation.Upright(numbers, png.Height, png.Width, 1, origin);
        return Orientation.IsTransposed(origin) ? new(png.Width, png.Height, numbers) : new(png.Height, png.Width, numbers);
    }

    // Files of other formats, if all their colors are gray.
    private static LabelImage FromGray(ReadOnlySpan<byte> file)
    {
        var image = PixelImage.Decode(file);
        if (file.StartsWith((byte[])[0xFF, 0xD8]))
            throw new InvalidDataException("It is a JPEG, which alters the numbers; save a label map losslessly, as PNG.");
        var numbers = new uint[image.Height * image.Width];
        for (int i = 0, at = 0; i < numbers.Length; i++, at += 3)
        {
            numbers[i] = image.Rgb[at];
            if (image.Rgb[at] != image.Rgb[at + 1] || image.Rgb[at] != image.Rgb[at + 2])
                throw Invalid();
        }

        return new(image.Height, image.Width, numbers);
    }

    private static InvalidDataException Invalid() => new("It has colors, which do not represent numbers. "
        + "A label map holds one number per pixel: save it as PNG with a palette or with gray levels.");
}
