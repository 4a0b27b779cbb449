namespace Microsoft.ML.SegSam.Display;

/// <summary>Colours for categories and instances, bright on grey and far from each other; an index always has the same.</summary>
/// <remarks>Our choice: six picked by eye, the others each the farthest (OKLab) from all before it.</remarks>
public static class Palette
{
    private static readonly uint[] Colors =
    [
        0xFF5252, 0x40BEFF, 0xFFD640, 0x48E07A, 0xBE78FF, 0xFF9630, 0x338855, 0x0066FF,
        0xFFCCFF, 0xCC0099, 0x66FFFF, 0x886699, 0x9911FF, 0xAA6600, 0xFF00FF, 0x99AA66,
        0xDD99BB, 0xAAFF00, 0x0088BB, 0x00AA00, 0xFF55BB, 0xCC3355, 0xFF88FF, 0x66CCBB,
    ];

    /// <summary>How many different colours there are; from this index on they repeat.</summary>
    public static int Count => Colors.Length;

    /// <summary>The colour of an index, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static Rgb ColorOf(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var color = Colors[index % Colors.Length];
        return new((byte)(color >> 16), (byte)(color >> 8), (byte)color);
    }
}

/// <summary>A colour, channels 0..255.</summary>
/// <param name="R">Red.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
public readonly record struct Rgb(byte R, byte G, byte B);
