namespace Phantoms.Painting;

/// <summary>The random choices of one slice.</summary>
internal sealed class Draw(int seed, int index)
{
    private readonly Random _random = new((int)(Scramble(Scramble((uint)seed) + (uint)index) >> 1));

    public float Range(float low, float high) => low + (high - low) * (float)_random.NextDouble();

    public bool Chance(float probability) => _random.NextDouble() < probability;

    /// <summary>Approximately standard normal: the sum of four uniform numbers (variance 1/3), because logarithms differ between
    /// machines.</summary>
    public float Gauss() =>
        ((float)(_random.NextDouble() + _random.NextDouble() + _random.NextDouble() + _random.NextDouble()) - 2) * 1.7320508f;

    /// <summary>A uniformly distributed point in the unit disc.</summary>
    public (float X, float Y) InDisc()
    {
        while (true)
        {
            var (x, y) = (Range(-1, 1), Range(-1, 1));
            if (x * x + y * y <= 1)
                return (x, y);
        }
    }

    /// <summary>An ellipse about (x, y) with half axes a and b and random variation of position, size, tilt and outline. The outline has
    /// waves 2 to <paramref name="waves"/> with amplitudes of about <paramref name="wobble"/> times the radius.</summary>
    public Contour Shape(float x, float y, float a, float b, float degrees = 0, float wobble = 0.03f, int waves = 4)
    {
        var shape = new Contour(x + Range(-0.02f, 0.02f), y + Range(-0.02f, 0.02f),
            a * Range(0.92f, 1.1f), b * Range(0.92f, 1.1f), Turn.Degrees(degrees + Range(-6, 6)));
        return shape with { Waves = [.. Enumerable.Range(2, waves - 1).Select(_ => (Gauss() * wobble, Gauss() * wobble))] };
    }

    /// <summary>The position of the body in the picture, which it nearly fills.</summary>
    public Pose Pose() =>
        new(Range(-0.03f, 0.03f), Range(-0.03f, 0.03f), Range(1.06f, 1.18f), Range(1.06f, 1.18f), Turn.Degrees(Range(-6, 6)));

    public SmoothNoise Noise(int cellsAcross, int cellsDown) => new(this, cellsAcross, cellsDown);

    // Adjacent seeds and indices must not give related slices: mix all bits, with Knuth's golden-ratio multiplier.
    private static uint Scramble(uint value)
    {
        const uint golden = 2654435769;
        value = (value ^ (value >> 16)) * golden;
        value = (value ^ (value >> 13)) * golden;
        return value ^ (value >> 16);
    }
}
