namespace Microsoft.ML.SegSam.Display;

/// <summary>An RGB color.</summary>
public readonly struct Rgb
{
    // Our choice: six colors picked by eye; each further color is the farthest (in OKLab) from all before it.
    private static readonly uint[] Palette =
    [
        0xFF5252, 0x40BEFF, 0xFFD640, 0x48E07A, 0xBE78FF, 0xFF9630, 0x338855, 0x0066FF,
        0xFFCCFF, 0xCC0099, 0x66FFFF, 0x886699, 0x9911FF, 0xAA6600, 0xFF00FF, 0x99AA66,
        0xDD99BB, 0xAAFF00, 0x0088BB, 0x00AA00, 0xFF55BB, 0xCC3355, 0xFF88FF, 0x66CCBB,
    ];

    /// <summary>Creates a color from its channels, each 0 to 255.</summary>
    /// <param name="r">Red.</param>
    /// <param name="g">Green.</param>
    /// <param name="b">Blue.</param>
    public Rgb(byte r, byte g, byte b)
    {
        R = r;
        G = g;
        B = b;
    }

    /// <summary>The number of different colors of <see cref="FromPalette"/>; from this index on they repeat.</summary>
    public static int PaletteSize => Palette.Length;

    /// <summary>Red, 0 to 255.</summary>
    public byte R { get; }

    /// <summary>Green, 0 to 255.</summary>
    public byte G { get; }

    /// <summary>Blue, 0 to 255.</summary>
    public byte B { get; }

    /// <summary>
    /// Gets a color for a category or an instance: bright on gray images and easy to distinguish. An index always has the same color.
    /// </summary>
    /// <param name="index">The index, from 0.</param>
    /// <returns>The color.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static Rgb FromPalette(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var color = Palette[index % Palette.Length];
        return new((byte)(color >> 16), (byte)(color >> 8), (byte)color);
    }
}
