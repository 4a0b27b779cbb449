namespace Phantoms;

/// <summary>A hue: red and blue relative to brightness; green makes up the rest.</summary>
internal readonly record struct Tint(float Red, float Blue)
{
    public static Tint None { get; } = new(1, 1);

    /// <summary>The hue of a color.</summary>
    public static Tint Of(float red, float green, float blue)
    {
        var brightness = 0.3f * red + 0.59f * green + 0.11f * blue;
        return new(red / brightness, blue / brightness);
    }

    public float Green => (1 - 0.3f * Red - 0.11f * Blue) / 0.59f;

    public Tint Toward(Tint other, float share) => new(Red + share * (other.Red - Red), Blue + share * (other.Blue - Blue));
}

/// <summary>What a region is filled with.</summary>
/// <param name="Grey">Mean grey level; in a colored picture, brightness.</param>
/// <param name="Grain">Standard deviation of the texture.</param>
/// <param name="Texture">The pattern of the texture; needed when there is grain.</param>
/// <param name="Edge">Half width of the blurred border, in pixels of a picture 128 wide.</param>
internal sealed record Tissue(float Grey, float Grain = 0, SmoothNoise? Texture = null, float Edge = 0.8f)
{
    /// <summary>Its hue in a colored picture; null leaves the hue of what lies below.</summary>
    public Tint? Tint { get; init; }

    /// <summary>Adds its grey level to what lies below and takes no pixels from its mask, as shadows, hairs and glints do.</summary>
    public bool IsSheer { get; init; }

    /// <summary>A look-alike that nobody asks for: its grey level overlaps with those of the named objects as theirs do.</summary>
    public bool IsAlike { get; init; }

    public float At(float x, float y) => Texture is null ? Grey : Grey + Grain * Texture.At(x, y);
}
