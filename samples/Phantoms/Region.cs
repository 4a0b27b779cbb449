namespace Phantoms;

/// <summary>A part of the body's plane that can be painted.</summary>
internal interface IRegion
{
    /// <summary>The middle, in body units.</summary>
    public float X { get; }

    /// <inheritdoc cref="X"/>
    public float Y { get; }

    /// <summary>No point of the region is farther from the middle, in x or in y.</summary>
    public float Reach { get; }

    /// <summary>Distance to the outline, in body units; positive inside.</summary>
    public float Depth(float x, float y);
}

/// <summary>A stripe along a parabola: ribs, vessels, hairs, tools.</summary>
/// <param name="X">Its middle, as <paramref name="Y"/> is.</param>
/// <param name="Y">See <paramref name="X"/>.</param>
/// <param name="Length">From the middle to an end.</param>
/// <param name="Width">From the middle line to a side.</param>
/// <param name="Turn">Direction of the middle line at its middle.</param>
/// <param name="Bend">How far the ends lie off that direction.</param>
/// <param name="Taper">How much of the width is lost towards the far end, 0..1.</param>
internal sealed record Band(float X, float Y, float Length, float Width, Turn Turn, float Bend = 0, float Taper = 0) : IRegion
{
    public float Reach => Length + Width + MathF.Abs(Bend);

    public float Depth(float x, float y)
    {
        var (along, across) = Turn.Back(x - X, y - Y);
        var at = Math.Clamp(along / Length, -1, 1);
        var slope = 2 * Bend * at / Length;
        var distance = MathF.Abs(across - Bend * at * at) / MathF.Sqrt(1 + slope * slope);
        return MathF.Min(Width * (1 - Taper * (at + 1) / 2) - distance, Length - MathF.Abs(along));
    }
}
