namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Finds room for the labels of one panel so that they do not hide each other.</summary>
/// <param name="area">Where labels may lie.</param>
internal sealed class LabelPlacer(RegionBox area)
{
    private readonly List<RegionBox> _taken = [];

    /// <summary>A place of the given size: above the object, else as near to that as is free, else above it all the same.</summary>
    public RegionBox Place(RegionBox target, int width, int height)
    {
        var x = Math.Clamp(target.X0, area.X0, Math.Max(area.X0, area.X1 - width));
        var lowest = Math.Max(area.Y0, area.Y1 - height);
        var preferred = At(Math.Clamp(target.Y0 - height, area.Y0, lowest));
        var place = Enumerable.Range(area.Y0, lowest - area.Y0 + 1).OrderBy(y => Math.Abs(y - preferred.Y0)).Select(At)
            .Where(box => !_taken.Exists(other => Overlap(box, other))).FirstOrDefault(preferred);
        _taken.Add(place);
        return place;

        RegionBox At(int y) => new(x, y, x + width, y + height);
    }

    private static bool Overlap(RegionBox a, RegionBox b) => a.X0 < b.X1 && b.X0 < a.X1 && a.Y0 < b.Y1 && b.Y0 < a.Y1;
}
