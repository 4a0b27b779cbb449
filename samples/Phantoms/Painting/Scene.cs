namespace Phantoms.Painting;

/// <summary>A picture being painted back to front, with the masks of its named objects.</summary>
/// <param name="size">Height and width in pixels.</param>
/// <param name="pose">The position of the body.</param>
/// <param name="levels">Chooses gray levels instead of the painters; null keeps theirs.</param>
/// <param name="omitted">Categories that this slice must not show; null for none.</param>
internal sealed class Scene(int size, Pose pose, Levels? levels = null, IReadOnlySet<string>? omitted = null)
{
    private readonly List<(string Category, bool[] Mask)> _objects = [];
    private readonly Dictionary<string, (float Brighter, Tint? Tint)> _chosen = [];
    private readonly Tint[] _tints = [.. Enumerable.Repeat(Tint.None, size * size)];
    private readonly (float X, float Y)[] _body =
        [.. Enumerable.Range(0, size * size).Select(i => pose.ToBody(Unit(i % size, size), Unit(i / size, size)))];

    public int Size => size;

    public float[] Gray { get; private set; } = new float[size * size];

    public IReadOnlyList<(string Category, bool[] Mask)> Objects => _objects;

    /// <summary>Paints a region on top of the earlier ones; it takes its pixels from every mask below.</summary>
    /// <param name="shape">The region, in body units.</param>
    /// <param name="tissue">Its filling.</param>
    /// <param name="category">The object's name, or null for unnamed anatomy. An object that was painted before grows by the
    /// region.</param>
    /// <param name="inside">A named object that contains the region: the region is cut to that mask, and that mask keeps its
    /// pixels.</param>
    /// <param name="of">A named object that the region accompanies: if that is omitted, so is the region.</param>
    /// <returns>The region's pixels.</returns>
    public bool[] Paint(IRegion shape, Tissue tissue, string? category = null, string? inside = null, string? of = null)
    {
        var mask = new bool[size * size];
        if (omitted is not null && new[] { category, inside, of }.Any(name => name is not null && omitted.Contains(name)))
            return mask;
        tissue = Choose(shape, tissue, category, inside);
        var host = inside is null ? null : MaskOf(inside);
        var covered = tissue.IsSheer ? []
            : _objects.Where(other => other.Category != inside && other.Category != category).Select(other => other.Mask).ToArray();
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
            Gray[i] += cover * (tissue.At(x, y) - (tissue.IsSheer ? 0 : Gray[i]));
            if (tissue.Tint is { } tint)
                _tints[i] = _tints[i].Toward(tint, cover);
            if (depth < 0)
                continue;
            mask[i] = true;
            foreach (var other in covered)
                other[i] = false;
        }

        if (category is not null)
            Add(category, mask);
        return mask;
    }

    /// <summary>Maps every pixel, given its index, its position in picture units and its gray level, to a new gray level.</summary>
    public void Change(Func<int, float, float, float, float> gray)
    {
        for (var i = 0; i < Gray.Length; i++)
            Gray[i] = gray(i, Unit(i % size, size), Unit(i / size, size), Gray[i]);
    }

    /// <summary>Clips all masks to the visible part of the picture.</summary>
    public void Keep(Func<float, float, bool> seen) =>
        _objects.ForEach(found =>
        {
            for (var i = 0; i < found.Mask.Length; i++)
                found.Mask[i] &= seen(Unit(i % size, size), Unit(i / size, size));
        });

    /// <summary>A 3 x 3 binomial blur.</summary>
    public void Blur()
    {
        var (from, to) = (Gray, new float[Gray.Length]);
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
                to[y * size + x] = (Row(y - 1, x) + 2 * Row(y, x) + Row(y + 1, x)) / 16;
        }

        Gray = to;

        float Row(int y, int x)
        {
            var start = Math.Clamp(y, 0, size - 1) * size;
            return from[start + Math.Max(x - 1, 0)] + 2 * from[start + x] + from[start + Math.Min(x + 1, size - 1)];
        }
    }

    /// <summary>The gray levels, clamped to 0..255.</summary>
    public byte[] ToBytes() => [.. Gray.Select(ToByte)];

    /// <summary>The same in color: red, green and blue of every pixel.</summary>
    public byte[] ToRgb() => [.. Gray.SelectMany((gray, i) =>
        (byte[])[ToByte(gray * _tints[i].Red), ToByte(gray * _tints[i].Green), ToByte(gray * _tints[i].Blue)])];

    // The levels choose gray level and hue, if there are any; the parts of an object keep their difference from it.
    private Tissue Choose(IRegion shape, Tissue tissue, string? category, string? inside)
    {
        if (levels is null)
            return tissue;
        if (category is not null && _chosen.TryGetValue(category, out var before))
            return tissue with { Gray = tissue.Gray + before.Brighter, Tint = before.Tint };
        if (category is null && !tissue.IsAlike)
            return inside is null || tissue.IsSheer ? tissue : tissue with { Gray = tissue.Gray + _chosen[inside].Brighter };
        var chosen = levels.Of(category, tissue, Around(shape));
        if (category is not null)
            _chosen[category] = (chosen.Gray - tissue.Gray, chosen.Tint);
        return chosen;
    }

    // Mean gray level at eight points near the outline.
    private float Around(IRegion shape)
    {
        var (sum, count) = (0f, 0);
        (float X, float Y)[] directions = [(1, 0), (0.7f, 0.7f), (0, 1), (-0.7f, 0.7f), (-1, 0), (-0.7f, -0.7f), (0, -1), (0.7f, -0.7f)];
        foreach (var (x, y) in directions)
        {
            var steps = 1;
            while (steps < 64 && shape.Depth(shape.X + x * steps / 32, shape.Y + y * steps / 32) > 0)
                steps++;
            var (across, down) = pose.ToPicture(shape.X + x * steps / 32, shape.Y + y * steps / 32);
            var (column, row) = ((int)((across + 1) / 2 * size), (int)((down + 1) / 2 * size));
            if (column < 0 || row < 0 || column >= size || row >= size)
                continue;
            (sum, count) = (sum + Gray[row * size + column], count + 1);
        }

        return sum / Math.Max(count, 1);
    }

    private void Add(string category, bool[] mask)
    {
        if (_objects.Find(found => found.Category == category).Mask is not { } before)
            _objects.Add((category, mask));
        else
            mask.Index().Where(pixel => pixel.Item).ToList().ForEach(pixel => before[pixel.Index] = true);
    }

    private bool[] MaskOf(string category) => _objects.Find(found => found.Category == category).Mask;

    private static byte ToByte(float level) => (byte)Math.Clamp(level + 0.5f, 0, 255);

    private static float Unit(int pixel, int size) => (2 * pixel + 1 - size) / (float)size;
}
