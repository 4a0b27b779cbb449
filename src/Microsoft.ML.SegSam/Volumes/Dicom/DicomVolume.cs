using System.Globalization;
using Microsoft.ML.SegSam.Volumes.Geometry;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>Slices that make one volume, in the order of their places.</summary>
/// <param name="IsRegular">Whether slices have one distance; else the geometry has their mean, which is right nowhere.</param>
/// <param name="Heights">Of each slice along the common normal, in mm; empty where places are unknown.</param>
internal sealed record DicomVolume(
    IReadOnlyList<DicomSlice> Slices, VolumeGeometry Geometry, bool IsRegular, IReadOnlyList<double> Heights,
    IReadOnlyList<string> Warnings)
{
    public string Series => Slices[0].Series;

    public string? Modality => Slices[0].Modality;

    /// <param name="slices">Of one series, orientation and size, no two at one place.</param>
    /// <param name="allowsIrregular">Whether slices may have any distance from each other.</param>
    /// <param name="allowsNumbers">Whether slices without places come in the order of their numbers.</param>
    /// <exception cref="InvalidDataException">A slice is missing, or places are; the message names the place.</exception>
    public static DicomVolume Of(IReadOnlyList<DicomSlice> slices, bool allowsIrregular, bool allowsNumbers, IEnumerable<string> warnings)
    {
        List<string> all = [.. warnings, .. slices.SelectMany(slice => slice.Warnings).Distinct()];
        if (slices.Any(slice => slice.Place.Height is null))
            return WithoutPlaces(slices, allowsNumbers, all);
        var ordered = slices.OrderBy(slice => slice.Place.Height).ToList();
        double[] heights = [.. ordered.Select(slice => slice.Place.Height!.Value)];
        var (first, count) = (ordered[0].Place, ordered.Count);
        var step = count == 1 ? 0 : (heights[^1] - heights[0]) / (count - 1);
        var tolerance = Math.Max(0.01, 0.01 * step); // our choice
        var usual = Usual(heights);
        var irregular = Enumerable.Range(1, count - 1).Where(i => Math.Abs(heights[i] - heights[i - 1] - step) > tolerance)
            .OrderByDescending(i => Math.Abs(heights[i] - heights[i - 1] - usual)).FirstOrDefault();
        if (irregular > 0)
        {
            var (before, after) = (heights[irregular - 1], heights[irregular]);
            var text = string.Create(CultureInfo.InvariantCulture,
                $"Between slice {irregular} ({before:0.###} mm) and slice {irregular + 1} ({after:0.###} mm) lie "
                + $"{after - before:0.###} mm instead of {usual:0.###}: a slice is missing, or slices are not evenly spaced.");
            all.Add(allowsIrregular ? text : throw new InvalidDataException(
                text + " Set MedicalVolumeOptions.AllowIrregularSlices to read them all the same."));
        }

        if (first is not { SpacingX: { } x, SpacingY: { } y })
        {
            all.Add("The file does not say how far its pixels lie apart: they are taken for 1 mm.");
            (x, y) = (1, 1);
        }

        var (row, column, normal, origin) = (first.RowDirection!, first.ColumnDirection!, first.Normal!, first.Position!);
        double[] across = count > 1
            ? [.. ordered[^1].Place.Position!.Zip(origin, (a, b) => (a - b) / (count - 1))]
            : [.. normal.Select(part => part * (first.Thickness ?? x))];
        var affine = new AffineMatrix([.. Enumerable.Range(0, 3).SelectMany(axis => new[]
            { row[axis] * x, column[axis] * y, across[axis], origin[axis] })]).TurnedAboutZ();
        var geometry = new VolumeGeometry(ordered[0].Format.Columns, ordered[0].Format.Rows, count, affine);
        if (count > 1 && geometry.IsSheared)
            all.Add("The slices are tilted against the direction in which they follow (gantry tilt): the volume is sheared.");
        return new(ordered, geometry, irregular == 0, heights, all);
    }

    private static DicomVolume WithoutPlaces(IReadOnlyList<DicomSlice> slices, bool allowsNumbers, List<string> warnings)
    {
        if (slices.Count > 1 && !allowsNumbers)
        {
            var name = System.IO.Path.GetFileName(slices[0].Path);
            throw new InvalidDataException($"The slices do not say where they lie (the first: '{name}'). "
                + "Set MedicalVolumeOptions.OrderByInstanceNumber to take them in the order of their numbers.");
        }

        warnings.Add("The slices do not say where they lie: the orientation is unknown, and so is their distance.");
        var place = slices[0].Place;
        var affine = new AffineMatrix([place.SpacingX ?? 1, 0, 0, 0, 0, place.SpacingY ?? 1, 0, 0, 0, 0, place.Thickness ?? 1, 0]);
        var ordered = slices.OrderBy(slice => slice.Number).ThenBy(slice => slice.Frame).ToList();
        var format = ordered[0].Format;
        return new(ordered, new(format.Columns, format.Rows, ordered.Count, affine, isOrientationKnown: false), true, [],
            warnings);
    }

    // The distance that most slices have.
    private static double Usual(double[] heights)
    {
        double[] steps = [.. heights.Zip(heights.Skip(1), (a, b) => b - a).Order()];
        return steps.Length == 0 ? 0 : steps[(steps.Length - 1) / 2];
    }
}
