namespace Phantoms.Painting;

/// <summary>A region of the body's plane that can be painted.</summary>
internal interface IRegion
{
    /// <summary>The center, in body units.</summary>
    public float X { get; }

    /// <inheritdoc cref="X"/>
    public float Y { get; }

    /// <summary>Upper bound on the distance of the region's points from the center, in x and in y.</summary>
    public float Reach { get; }

    /// <summary>Distance to the outline, in body units; positive inside.</summary>
    public float Depth(float x, float y);
}

/// <summary>A stripe along a parabola: ribs, vessels, hairs, tools.</summary>
/// <param name="X">X of its center.</param>
/// <param name="Y">Y of its center.</param>
/// <param name="Length">Half its length.</param>
/// <param name="Width">Half its width.</param>
/// <param name="Turn">Direction of the center line at the center.</param>
/// <param name="Bend">Deviation of the ends from that direction.</param>
/// <param name="Taper">Relative loss of width toward the far end, 0 to 1.</param>
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
