using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Overlays;

/// <summary>Places the labels of one panel: near their objects, without overlap, and over other objects only if necessary.</summary>
/// <param name="area">Where labels may be.</param>
/// <param name="objects">Boxes of everything that should remain visible.</param>
internal sealed class LabelPlacer(RegionBox area, IReadOnlyList<RegionBox> objects)
{
    // Pixels to the side that cost as much as one up or down: a label beside the top of its object is nearly as good as one above it.
    private const int Aside = 8;

    private readonly List<RegionBox> _taken = [];

    /// <summary>The position of a label of the given size for an object; the best is directly above it.</summary>
    public RegionBox Place(RegionBox target, int width, int height)
    {
        var lowest = Math.Max(area.Y0, area.Y1 - height);
        var rightmost = Math.Max(area.X0, area.X1 - width);
        var above = Math.Clamp(target.Y0 - height, area.Y0, lowest);
        int[] wanted = [target.X0, target.X1 - width, target.X1, target.X0 - width];
        var columns = Array.ConvertAll(wanted, x => Math.Clamp(x, area.X0, rightmost));
        var place = Enumerable.Range(area.Y0, lowest - area.Y0 + 1)
            .SelectMany(y => columns, (y, x) => new RegionBox(x, y, x + width, y + height))
            .MinBy(box => Math.Abs(box.Y0 - above) + Math.Abs(box.X0 - columns[0]) / Aside
                + objects.Sum(other => box.Intersection(other)) / height
                + _taken.Sum(other => box.Intersection(other)) * 1000);
        _taken.Add(place);
        return place;
    }
}
