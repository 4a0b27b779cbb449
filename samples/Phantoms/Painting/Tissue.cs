namespace Phantoms.Painting;

/// <summary>A hue: red and blue relative to brightness; green follows from them.</summary>
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

/// <summary>The filling of a region.</summary>
/// <param name="Gray">Mean gray level; in a colored picture, brightness.</param>
/// <param name="Grain">Standard deviation of the texture.</param>
/// <param name="Texture">The pattern of the texture; required if there is grain.</param>
/// <param name="Edge">Half width of the blurred border, in pixels of a picture 128 wide.</param>
internal sealed record Tissue(float Gray, float Grain = 0, SmoothNoise? Texture = null, float Edge = 0.8f)
{
    /// <summary>Its hue in a colored picture; null keeps the hue below.</summary>
    public Tint? Tint { get; init; }

    /// <summary>Adds its gray level to that below and takes no pixels from masks: for shadows, hairs and glints.</summary>
    public bool IsSheer { get; init; }

    /// <summary>An unnamed look-alike: its gray level overlaps with those of the named objects.</summary>
    public bool IsAlike { get; init; }

    public float At(float x, float y) => Texture is null ? Gray : Gray + Grain * Texture.At(x, y);
}
