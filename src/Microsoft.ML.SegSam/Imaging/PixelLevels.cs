namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Tables of what each byte 0..255 becomes: 256 numbers for each of the three channels.</summary>
internal static class PixelLevels
{
    public const int Count = 256;

    // ImageNet's, of bytes; SAM's code and SAM-Med2D's hold the same numbers.
    private static readonly float[] Mean = [123.675f, 116.28f, 103.53f];
    private static readonly float[] Std = [58.395f, 57.12f, 57.375f];
    private static readonly float[] MeanStd =
        [.. Enumerable.Range(0, 3 * Count).Select(i => (i % Count - Mean[i / Count]) / Std[i / Count])];

    /// <param name="scaling">How bytes become numbers.</param>
    /// <param name="pixels">The image's bytes, at least one.</param>
    /// <returns>3 x 256, channel after channel.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The scaling is none of the enumeration's.</exception>
    public static float[] For(PixelScaling scaling, byte[] pixels) => scaling switch
    {
        PixelScaling.MeanStd => MeanStd,
        PixelScaling.MinMax => MinMax(pixels.Min(), pixels.Max()),
        _ => throw new ArgumentOutOfRangeException(nameof(scaling), scaling, "Expected MeanStd or MinMax."),
    };

    // A flat image's only value is its minimum, so that any divisor above 0 makes it 0.
    private static float[] MinMax(byte min, byte max)
    {
        float range = Math.Max(1, max - min);
        return [.. Enumerable.Range(0, 3 * Count).Select(i => (i % Count - min) / range)];
    }
}
