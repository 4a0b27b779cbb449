namespace Microsoft.ML.SegSam.Imaging;

/// <summary>
/// Random transforms of the training images, drawn for every image in every step. Masks and boxes move with their image. The defaults (our
/// choice) are small and never mirror the image. A value of 0 turns a transform off.
/// </summary>
/// <remarks>
/// Transforms are applied at the network's resolution. Pixels from outside the image get the image's darkest level. An object that leaves
/// the image is neither prompted nor used as a presence target in that step. If all prompted objects would leave the image, it is not
/// moved.
/// </remarks>
public sealed record Augmentation
{
    /// <summary>Largest rotation about the image's center, in either direction, in degrees. 0 to 45, default 10.</summary>
    public double Rotation { get; init; } = 10;

    /// <summary>Largest scaling: factors are between 1 / (1 + Scale) and 1 + Scale. 0 to 1, default 0.1.</summary>
    public double Scale { get; init; } = 0.1;

    /// <summary>Largest translation along each axis, as a fraction of the image's side. 0 to 0.5, default 0.05.</summary>
    public double Translation { get; init; } = 0.05;

    /// <summary>Largest value added to all levels, as a fraction of white. 0 to 1, default 0.1.</summary>
    public double Brightness { get; init; } = 0.1;

    /// <summary>
    /// Largest change of contrast about the image's mean level: factors are between 1 / (1 + Contrast) and 1 + Contrast. 0 to 1, default
    /// 0.1.
    /// </summary>
    public double Contrast { get; init; } = 0.1;

    /// <summary>
    /// Largest change of gamma: exponents of levels from 0 to 1 are between 1 / (1 + Gamma) and 1 + Gamma. 0 to 1, default 0.1.
    /// </summary>
    public double Gamma { get; init; } = 0.1;

    /// <summary>
    /// Largest standard deviation of Gaussian noise, equal for a pixel's three channels, as a fraction of white. 0 to 0.5, default 0.02.
    /// </summary>
    public double Noise { get; init; } = 0.02;

    /// <summary>
    /// Mirrors half of the images, left to right. Use it only if no category belongs to a side: Fit rejects category names that say left or
    /// right, but cannot detect a side that a name only implies (heart, liver). Default false.
    /// </summary>
    public bool Flips { get; init; }

    /// <summary>Whether any transform moves pixels.</summary>
    internal bool Moves => Rotation > 0 || Scale > 0 || Translation > 0 || Flips;

    /// <summary>The settings as (name, value, largest allowed value); the smallest is 0.</summary>
    internal IEnumerable<(string Name, double Value, double Most)> Ranges =>
    [
        (nameof(Rotation), Rotation, 45),
        (nameof(Scale), Scale, 1),
        (nameof(Translation), Translation, 0.5),
        (nameof(Brightness), Brightness, 1),
        (nameof(Contrast), Contrast, 1),
        (nameof(Gamma), Gamma, 1),
        (nameof(Noise), Noise, 0.5),
    ];
}
