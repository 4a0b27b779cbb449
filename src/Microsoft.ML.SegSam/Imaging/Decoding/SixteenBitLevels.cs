using SkiaSharp;

namespace Microsoft.ML.SegSam.Imaging.Decoding;

/// <summary>The gray levels of a 16-bit PNG, one per pixel, upright, with transparency composited over black.</summary>
/// <param name="Levels">Height x Width, row-major.</param>
/// <param name="IsTurned">Whether the file stores them in another orientation.</param>
internal sealed record SixteenBitLevels(int Height, int Width, ushort[] Levels, bool IsTurned)
{
    /// <summary>Reads the levels of a gray image, or of a color image whose three channels are equal everywhere.</summary>
    /// <returns>Null if the image has color.</returns>
    /// <exception cref="InvalidDataException">The pixels are truncated or damaged.</exception>
    public static SixteenBitLevels? Read(PngFile png, ReadOnlySpan<byte> file)
    {
        var samples = png.ReadSamples(file);
        var (channels, hasAlpha) = (png.Channels, png.Color is PngColor.GrayAlpha or PngColor.Rgba);
        var levels = new ushort[samples.Length / channels];
        for (int i = 0, at = 0; i < levels.Length; i++, at += channels)
        {
            if (channels >= 3 && (samples[at] != samples[at + 1] || samples[at] != samples[at + 2]))
                return null;
            levels[i] = hasAlpha ? (ushort)((long)samples[at] * samples[at + channels - 1] / ushort.MaxValue) : samples[at];
        }

        var origin = Orientation.OfExif(png.Exif);
        levels = Orientation.Upright(levels, png.Height, png.Width, 1, origin);
        var isTurned = origin != SKEncodedOrigin.TopLeft;
        return Orientation.IsTransposed(origin)
            ? new(png.Width, png.Height, levels, isTurned)
            : new(png.Height, png.Width, levels, isTurned);
    }

    /// <summary>
    /// Stretches the image's own range to 0..255: scanners leave most of the 16 bits unused, so the high byte alone would be nearly black.
    /// </summary>
    public PixelImage ToPixelImage()
    {
        var (low, high) = (Levels.Min(), Levels.Max());
        var rgb = new byte[(long)Levels.Length * 3];
        for (var i = 0; i < Levels.Length; i++)
            rgb.AsSpan(3 * i, 3).Fill(high == low ? (byte)(high >> 8) : (byte)Math.Round((Levels[i] - low) * 255.0 / (high - low)));
        return new(Height, Width, rgb) { IsTurned = IsTurned };
    }
}
