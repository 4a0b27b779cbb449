namespace Microsoft.ML.SegSam.Imaging;

/// <summary>
/// Random changes of the training images, drawn anew for every image in every step; masks and boxes move with their image. Sizes are our
/// choice: small ones that keep left left and up up. A value of 0 turns a change off.
/// </summary>
/// <remarks>
/// Made at the network's resolution. What comes in from outside the picture has the image's darkest level. An object that leaves the
/// picture is neither asked about nor taught as present in that step; an image that all objects asked about would leave stays where it is.
/// </remarks>
public sealed record Augmentation
{
    /// <summary>Largest rotation about the image's center, either way, in degrees. 0 to 45, default 10.</summary>
    public double Rotation { get; init; } = 10;

    /// <summary>Largest change of size: factors lie between 1 / (1 + Scale) and 1 + Scale. 0 to 1, default 0.1.</summary>
    public double Scale { get; init; } = 0.1;

    /// <summary>Largest shift along each axis, as a fraction of the image's side. 0 to 0.5, default 0.05.</summary>
    public double Translation { get; init; } = 0.05;

    /// <summary>Largest number added to all levels, as a fraction of white. 0 to 1, default 0.1.</summary>
    public double Brightness { get; init; } = 0.1;

    /// <summary>Largest change of contrast about the image's mean level: factors lie between 1 / (1 + Contrast) and 1 + Contrast. 0 to 1, default 0.1.</summary>
    public double Contrast { get; init; } = 0.1;

    /// <summary>Largest change of gamma: exponents of levels from 0 to 1 lie between 1 / (1 + Gamma) and 1 + Gamma. 0 to 1, default 0.1.</summary>
    public double Gamma { get; init; } = 0.1;

    /// <summary>Largest deviation of Gaussian noise, the same for a pixel's three channels, as a fraction of white. 0 to 0.5, default 0.02.</summary>
    public double Noise { get; init; } = 0.02;

    /// <summary>
    /// Mirrors every other image, left to right. Only where no category belongs to a side: Fit refuses category names that say left or right, but
    /// cannot see a side that a name only implies (a heart, a liver). Default false.
    /// </summary>
    public bool Flips { get; init; }

    /// <summary>Whether pixels move at all.</summary>
    internal bool Moves => Rotation > 0 || Scale > 0 || Translation > 0 || Flips;

    /// <summary>What may be set, as (name, value, largest allowed value); the smallest is 0.</summary>
    internal IEnumerable<(string Name, double Value, double Most)> Ranges =>
    [
        (nameof(Rotation), Rotation, 45), (nameof(Scale), Scale, 1), (nameof(Translation), Translation, 0.5), (nameof(Brightness), Brightness, 1),
        (nameof(Contrast), Contrast, 1), (nameof(Gamma), Gamma, 1), (nameof(Noise), Noise, 0.5),
    ];
}
