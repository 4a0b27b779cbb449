using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Overlays;

/// <summary>Finds room for the labels of one panel: near their objects, not over each other, over other objects only in need.</summary>
/// <param name="area">Where labels may lie.</param>
/// <param name="objects">Boxes of everything that is better left visible.</param>
internal sealed class LabelPlacer(RegionBox area, IReadOnlyList<RegionBox> objects)
{
    private readonly List<RegionBox> _taken = [];

    private const int Aside = 8; // pixels to the side that are as bad as one up or down: a label beside its object's top is nearly as good as one above it

    /// <summary>A place of the given size for the label of an object; the best is right above it.</summary>
    public RegionBox Place(RegionBox target, int width, int height)
    {
        var lowest = Math.Max(area.Y0, area.Y1 - height);
        var rightmost = Math.Max(area.X0, area.X1 - width);
        var above = Math.Clamp(target.Y0 - height, area.Y0, lowest);
        int[] columns = [.. ((int[])[target.X0, target.X1 - width, target.X1, target.X0 - width]).Select(x => Math.Clamp(x, area.X0, rightmost))];
        var place = Enumerable.Range(area.Y0, lowest - area.Y0 + 1)
            .SelectMany(y => columns, (y, x) => new RegionBox(x, y, x + width, y + height))
            .MinBy(box => Math.Abs(box.Y0 - above) + Math.Abs(box.X0 - columns[0]) / Aside + objects.Sum(other => Shared(box, other)) / height
                + _taken.Sum(other => Shared(box, other)) * 1000);
        _taken.Add(place);
        return place;
    }

    private static long Shared(RegionBox a, RegionBox b) =>
        Math.Max(0L, Math.Min(a.X1, b.X1) - Math.Max(a.X0, b.X0)) * Math.Max(0, Math.Min(a.Y1, b.Y1) - Math.Max(a.Y0, b.Y0));
}
