namespace Phantoms;

/// <summary>What a region is filled with.</summary>
/// <param name="Grey">Mean grey level.</param>
/// <param name="Grain">Standard deviation of the texture.</param>
/// <param name="Texture">The pattern of the texture; needed when there is grain.</param>
/// <param name="Edge">Half width of the blurred border, in pixels of a picture 128 wide.</param>
internal sealed record Tissue(float Grey, float Grain = 0, SmoothNoise? Texture = null, float Edge = 0.8f)
{
    public float At(float x, float y) => Texture is null ? Grey : Grey + Grain * Texture.At(x, y);
}

/// <summary>A picture being painted back to front, with the masks of its named objects.</summary>
internal sealed class Scene(int size, Pose pose)
{
    private readonly List<(string Category, bool[] Mask)> _objects = [];
    private readonly (float X, float Y)[] _body =
        [.. Enumerable.Range(0, size * size).Select(i => pose.ToBody(Unit(i % size, size), Unit(i / size, size)))];

    public float[] Grey { get; private set; } = new float[size * size];

    public IReadOnlyList<(string Category, bool[] Mask)> Objects => _objects;

    /// <summary>Paints a region; what is painted later lies on top and takes the pixels from every mask below.</summary>
    /// <param name="shape">The region, in body units.</param>
    /// <param name="tissue">Its filling.</param>
    /// <param name="category">The object's name, or null for anatomy that nobody asks for.</param>
    /// <param name="inside">A named object that the region is part of: it is cut to that mask, and that mask keeps its
    /// pixels.</param>
    /// <returns>The region's pixels.</returns>
    public bool[] Paint(Contour shape, Tissue tissue, string? category = null, string? inside = null)
    {
        var mask = new bool[size * size];
        var host = inside is null ? null : MaskOf(inside);
        var covered = _objects.Where(other => other.Category != inside).Select(other => other.Mask).ToArray();
        var reach = shape.Reach + tissue.Edge / 64;
        for (var i = 0; i < mask.Length; i++)
        {
            var (x, y) = _body[i];
            if (MathF.Abs(x - shape.X) > reach || MathF.Abs(y - shape.Y) > reach || host?[i] == false)
                continue;
            var depth = shape.Depth(x, y) * 64;
            if (depth <= -tissue.Edge)
                continue;
            var cover = Math.Clamp((depth / tissue.Edge + 1) / 2, 0, 1);
            Grey[i] += cover * (tissue.At(x, y) - Grey[i]);
            if (depth < 0)
                continue;
            mask[i] = true;
            foreach (var other in covered)
                other[i] = false;
        }

        if (category is not null)
            _objects.Add((category, mask));
        return mask;
    }

    /// <summary>Changes every pixel from its index, its place in picture units and its grey level.</summary>
    public void Change(Func<int, float, float, float, float> grey)
    {
        for (var i = 0; i < Grey.Length; i++)
            Grey[i] = grey(i, Unit(i % size, size), Unit(i / size, size), Grey[i]);
    }

    /// <summary>Cuts all masks where the picture shows nothing.</summary>
    public void Keep(Func<float, float, bool> seen) =>
        _objects.ForEach(found =>
        {
            for (var i = 0; i < found.Mask.Length; i++)
                found.Mask[i] &= seen(Unit(i % size, size), Unit(i / size, size));
        });

    /// <summary>A 3 x 3 binomial blur.</summary>
    public void Blur()
    {
        var (from, to) = (Grey, new float[Grey.Length]);
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
                to[y * size + x] = (Row(y - 1, x) + 2 * Row(y, x) + Row(y + 1, x)) / 16;
        }

        Grey = to;

        float Row(int y, int x)
        {
            var start = Math.Clamp(y, 0, size - 1) * size;
            return from[start + Math.Max(x - 1, 0)] + 2 * from[start + x] + from[start + Math.Min(x + 1, size - 1)];
        }
    }

    /// <summary>The picture as a screen shows it: levels outside 0..255 are black or white.</summary>
    public byte[] ToBytes() => [.. Grey.Select(grey => (byte)Math.Clamp(grey + 0.5f, 0, 255))];

    private bool[] MaskOf(string category) => _objects.Find(found => found.Category == category).Mask;

    private static float Unit(int pixel, int size) => (2 * pixel + 1 - size) / (float)size;
}
