namespace Phantoms;

/// <summary>Chooses the grey level and hue of a slice's named objects and look-alikes, so that those of different categories overlap
/// as much as asked. Our choice.</summary>
internal sealed class Levels
{
    // Steps of the golden ratio spread over a range, however many there are.
    private const float Step = 0.618034f;
    private const int Tries = 16;

    private readonly Look _look;
    private readonly float _overlap;
    private readonly Draw _draw;
    private readonly (float Level, float Hue)[] _places;

    public Levels(Look look, float overlap, Draw draw)
    {
        (_look, _overlap, _draw) = (look, overlap, draw);
        _places = [.. look.Categories.Select(_ => Place())];
    }

    /// <summary>The tissue with the grey level and hue that it has in this slice.</summary>
    /// <param name="category">The object's name, or null for a look-alike.</param>
    /// <param name="tissue">What the painter would fill it with.</param>
    /// <param name="around">Grey level around the object: its own keeps away from that, so that it can be seen.</param>
    public Tissue Of(string? category, Tissue tissue, float around)
    {
        // Every category has a slot of the range; look-alikes share one more.
        var slot = category is null ? _places.Length : Array.IndexOf(_look.Categories, category);
        var place = category is null ? Place() : _places[slot];
        var range = _look.Bright - _look.Dark;
        var width = range / (_places.Length + 1);
        var own = _look.Dark + (slot + 0.5f) * width;
        var middle = own + _overlap * (_look.Dark + range / 2 - own);
        var half = width * 0.2f + _overlap * (range / 2 - width * 0.2f);
        var level = Enumerable.Range(0, Tries).Select(At).Where(level => MathF.Abs(level - around) >= 0.14f * range)
            .DefaultIfEmpty(At(0)).First();
        return tissue with { Grey = level, Tint = HueOf(tissue.Tint ?? Tint.None, place.Hue) };

        float At(int step)
        {
            var at = place.Level + step * Step;
            return middle + (2 * (at - MathF.Floor(at)) - 1) * half;
        }
    }

    private Tint? HueOf(Tint own, float place) =>
        _look.Tints is var (from, to) ? own.Toward(from.Toward(to, place), _overlap) : null;

    private (float Level, float Hue) Place() => (_draw.Range(0, 1), _draw.Range(0, 1));
}
