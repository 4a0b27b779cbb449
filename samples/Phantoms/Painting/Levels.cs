using Phantoms.Modalities;

namespace Phantoms.Painting;

/// <summary>Chooses the gray levels and hues of a slice's named objects and look-alikes, with the requested overlap between categories.
/// Our design.</summary>
internal sealed class Levels
{
    // Steps of the golden ratio spread evenly over a range, for any number of steps.
    private const float Step = 0.618034f;
    private const int Tries = 16;

    private readonly Modality _modality;
    private readonly float _overlap;
    private readonly Draw _draw;
    private readonly (float Level, float Hue)[] _places;

    public Levels(Modality modality, float overlap, Draw draw)
    {
        (_modality, _overlap, _draw) = (modality, overlap, draw);
        _places = [.. modality.Categories.Select(_ => Place())];
    }

    /// <summary>The tissue with its gray level and hue in this slice.</summary>
    /// <param name="category">The object's name, or null for a look-alike.</param>
    /// <param name="tissue">The default tissue.</param>
    /// <param name="around">Gray level around the object, which its own level avoids so that it stays visible.</param>
    public Tissue Of(string? category, Tissue tissue, float around)
    {
        // Every category has a slot of the range; look-alikes share an additional one.
        var slot = category is null ? _places.Length : Array.IndexOf(_modality.Categories, category);
        var place = category is null ? Place() : _places[slot];
        var range = _modality.Bright - _modality.Dark;
        var width = range / (_places.Length + 1);
        var own = _modality.Dark + (slot + 0.5f) * width;
        var middle = own + _overlap * (_modality.Dark + range / 2 - own);
        var half = width * 0.2f + _overlap * (range / 2 - width * 0.2f);
        var level = Enumerable.Range(0, Tries).Select(At).Where(level => MathF.Abs(level - around) >= 0.14f * range)
            .DefaultIfEmpty(At(0)).First();
        return tissue with { Gray = level, Tint = HueOf(tissue.Tint ?? Tint.None, place.Hue) };

        float At(int step)
        {
            var at = place.Level + step * Step;
            return middle + (2 * (at - MathF.Floor(at)) - 1) * half;
        }
    }

    private Tint? HueOf(Tint own, float place) =>
        _modality.Tints is var (from, to) ? own.Toward(from.Toward(to, place), _overlap) : null;

    private (float Level, float Hue) Place() => (_draw.Range(0, 1), _draw.Range(0, 1));
}
