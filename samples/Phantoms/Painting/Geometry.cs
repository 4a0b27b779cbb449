namespace Phantoms.Painting;

/// <summary>A rotation computed without sine and cosine, whose last digits differ between machines.</summary>
internal readonly record struct Turn(float Cos, float Sin)
{
    /// <summary>A rotation by approximately this many degrees, up to 90; positive = clockwise on screen.</summary>
    public static Turn Degrees(float degrees)
    {
        var half = degrees * (MathF.PI / 360);
        var tangent = half + half * half * half / 3;
        var square = tangent * tangent;
        return new((1 - square) / (1 + square), 2 * tangent / (1 + square));
    }

    public (float X, float Y) Back(float x, float y) => (Cos * x + Sin * y, Cos * y - Sin * x);
}

/// <summary>The position of the body in the picture; both have units of half the picture's width, origin at the center, y down.</summary>
internal sealed record Pose(float ShiftX, float ShiftY, float ScaleX, float ScaleY, Turn Turn)
{
    public (float X, float Y) ToBody(float x, float y)
    {
        var (turnedX, turnedY) = Turn.Back(x - ShiftX, y - ShiftY);
        return (turnedX / ScaleX, turnedY / ScaleY);
    }

    public (float X, float Y) ToPicture(float x, float y)
    {
        var (wide, high) = (x * ScaleX, y * ScaleY);
        return (Turn.Cos * wide - Turn.Sin * high + ShiftX, Turn.Sin * wide + Turn.Cos * high + ShiftY);
    }
}

/// <summary>An ellipse whose radius waves (low-order Fourier series) and may bulge or be notched in one direction.</summary>
internal sealed record Contour(float X, float Y, float A, float B, Turn Turn) : IRegion
{
    /// <summary>Cosine and sine amplitudes of the waves 2, 3, ... relative to the radius.</summary>
    public (float Cos, float Sin)[] Waves { get; init; } = [];

    /// <summary>A bulge (or notch, if negative) of that relative size in the unit direction (X, Y) of the ellipse's axes.</summary>
    public (float X, float Y, float Amount) Bulge { get; init; }

    public float Reach =>
        MathF.Max(A, B) * (1 + MathF.Max(Bulge.Amount, 0) + Waves.Sum(wave => MathF.Abs(wave.Cos) + MathF.Abs(wave.Sin)));

    /// <summary>Distance to the outline along the ray from the center, in body units; positive inside.</summary>
    public float Depth(float x, float y)
    {
        var (alongX, alongY) = Turn.Back(x - X, y - Y);
        var (unitX, unitY) = (alongX / A, alongY / B);
        var ratio = MathF.Sqrt(unitX * unitX + unitY * unitY);
        if (ratio < 1e-6f)
            return MathF.Min(A, B);
        var (cos, sin) = (unitX / ratio, unitY / ratio);
        var facing = (1 + cos * Bulge.X + sin * Bulge.Y) / 2;
        facing *= facing * facing;
        var radius = 1 + Bulge.Amount * facing * facing;
        var (cosK, sinK) = (cos, sin);
        foreach (var wave in Waves)
        {
            (cosK, sinK) = (cosK * cos - sinK * sin, sinK * cos + cosK * sin);
            radius += wave.Cos * cosK + wave.Sin * sinK;
        }

        return MathF.Sqrt(alongX * alongX + alongY * alongY) * (radius / ratio - 1);
    }

    public Contour Scaled(float factor) => this with { A = A * factor, B = B * factor };

    /// <summary>The point at that fraction (x, y) of the half axes, in body units.</summary>
    public (float X, float Y) Point(float x, float y) =>
        (X + Turn.Cos * x * A - Turn.Sin * y * B, Y + Turn.Sin * x * A + Turn.Cos * y * B);
}
