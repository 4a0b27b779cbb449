namespace Microsoft.ML.SegSam.Imaging;

/// <summary>One change of contrast, brightness and gamma, and noise, for an image's bytes.</summary>
/// <param name="brightness">Added, as a fraction of white.</param>
/// <param name="contrast">Factor about the mean level.</param>
/// <param name="gamma">Exponent of levels from 0 to 1.</param>
/// <param name="noise">Deviation, as a fraction of white.</param>
/// <param name="seed">Of the noise.</param>
internal sealed class IntensityTransform(double brightness, double contrast, double gamma, double noise, int seed)
{
    private const int White = 255;

    public static IntensityTransform Draw(Augmentation augmentation, Random random)
    {
        double Either() => 2 * random.NextDouble() - 1;
        return new(
            augmentation.Brightness * Either(), Math.Pow(1 + augmentation.Contrast, Either()), Math.Pow(1 + augmentation.Gamma, Either()),
            augmentation.Noise * random.NextDouble(), random.Next());
    }

    /// <summary>Levels beyond black and white become black and white, as in a camera.</summary>
    public NetworkImage Change(NetworkImage image)
    {
        var mean = image.Pixels.Sum(level => (long)level) / (double)image.Pixels.Length;
        var levels = Enumerable.Range(0, White + 1)
            .Select(level => White * Math.Pow(Math.Clamp((mean + contrast * (level - mean)) / White + brightness, 0, 1), gamma)).ToArray();
        var (changed, random) = (new byte[image.Pixels.Length], new Random(seed));
        for (var i = 0; i < changed.Length; i += 3)
        {
            var grain = noise > 0 ? White * noise * Normal(random) : 0;
            for (var channel = i; channel < i + 3; channel++)
                changed[channel] = (byte)Math.Clamp(levels[image.Pixels[channel]] + grain + 0.5, 0, White);
        }

        return new(image.Geometry, changed);
    }

    // Box and Muller's, of which one of the two numbers is enough.
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
