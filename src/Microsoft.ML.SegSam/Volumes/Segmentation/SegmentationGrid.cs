using System.Globalization;
using Microsoft.ML.SegSam.Volumes.Dicom;
using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Segmentation;

/// <summary>The voxels that the pixels of a segmentation's frames are put on.</summary>
/// <param name="ToVoxel">The voxel index of a place in DICOM's world (LPS+, mm); not rounded.</param>
internal sealed record SegmentationGrid(VolumeGeometry Geometry, Func<double[], double[]> ToVoxel)
{
    /// <summary>What is a guess about the grid.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    private const double SamePlace = 1e-3; // mm
    private const double Tolerance = 0.05; // of a voxel, by which pixels may lie beside voxels (our choice)

    /// <summary>The grid of an image.</summary>
    /// <param name="slices">Of a DICOM series, in the order of their places; none for other formats.</param>
    public static SegmentationGrid OfImage(VolumeGeometry geometry, IReadOnlyList<DicomSlice> slices)
    {
        if (slices.Count > 1 && SliceSteps.Of(slices) is null && slices.All(slice => slice.Place.Height is not null))
            return new(geometry, Irregular(slices));
        return OfGeometry(geometry);
    }

    /// <summary>The smallest grid that holds all frames. Slices without a frame between others are told by the distances.</summary>
    /// <exception cref="InvalidDataException">The frames make no volume.</exception>
    public static SegmentationGrid OfFrames(SegmentationFile file, long mostVoxels)
    {
        var frames = file.Frames.OrderBy(frame => frame.Place.Height).ToList();
        var (first, last) = (frames[0].Place, frames[^1].Place);
        var steps = frames.Zip(frames.Skip(1), (a, b) => b.Place.Height!.Value - a.Place.Height!.Value)
            .Where(step => step > SamePlace).ToList();
        var extent = last.Height!.Value - first.Height!.Value;
        var step = steps.Count == 0 ? 0 : frames[0].SliceDistance is { } said && steps.TrueForAll(step => IsMultiple(step, said))
            ? said : steps.Min();
        var slices = steps.Count == 0 ? 1 : Math.Round(extent / step) + 1;
        if (slices > VolumeLimits.Side || slices * file.Rows * file.Columns > mostVoxels)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"The frames make a volume of {file.Columns} x {file.Rows} x {slices} voxels; at most {mostVoxels} are read, ")
                + FormattableString.Invariant($"{VolumeLimits.Side} on an axis."));
        }

        var distance = frames[0].SliceDistance ?? first.Thickness ?? first.SpacingX!.Value;
        double[] across = slices > 1 ? [.. last.Position!.Zip(first.Position!, (a, b) => (a - b) / (slices - 1))]
            : [.. first.Normal!.Select(part => part * distance)];
        var (row, column) = (first.RowDirection!, first.ColumnDirection!);
        var affine = new AffineMatrix([.. Enumerable.Range(0, 3).SelectMany(axis => new[]
            { row[axis] * first.SpacingX!.Value, column[axis] * first.SpacingY!.Value, across[axis], first.Position![axis] })]);
        return OfGeometry(new(file.Columns, file.Rows, (int)slices, affine.TurnedAboutZ())) with
        {
            Warnings = slices > 1 || frames[0].SliceDistance is not null ? [] : [string.Create(CultureInfo.InvariantCulture,
                $"The segmentation has one slice, and does not say how far slices lie apart: {distance:0.###} mm, ")
                + (first.Thickness is null ? "the distance of its pixels" : "its thickness")
                + ", stands for that, and so volumes are a guess. On the voxels of the images it is known."],
        };
    }

    /// <summary>Where the pixels of a frame lie: the voxel of its first one, and the steps to the next column and row.</summary>
    /// <exception cref="InvalidDataException">They lie beside voxels, or outside.</exception>
    public (int[] First, int[] Right, int[] Down) Put(DicomPlace place, int columns, int rows, int frame)
    {
        var (x, y) = (place.SpacingX!.Value, place.SpacingY!.Value);
        var first = ToVoxel(place.Position!);
        var right = ToVoxel(Along(place.RowDirection!, x * (columns - 1)));
        var down = ToVoxel(Along(place.ColumnDirection!, y * (rows - 1)));
        if (StepsTo(right, columns - 1) is not { } toRight || StepsTo(down, rows - 1) is not { } toDown || !AreWhole(first)
            || !Enumerable.Range(0, 3).All(axis => IsInside(first[axis], axis) && IsInside(right[axis], axis) && IsInside(down[axis], axis)
                && IsInside(right[axis] + down[axis] - first[axis], axis)))
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"Frame {frame + 1} does not lie on the voxels of the volume ({Geometry}): its first pixel would be voxel ")
                + string.Create(CultureInfo.InvariantCulture, $"({first[0]:0.##}, {first[1]:0.##}, {first[2]:0.##}), and its last in ")
                + string.Create(CultureInfo.InvariantCulture, $"that row ({right[0]:0.##}, {right[1]:0.##}, {right[2]:0.##}). ")
                + "Load it with the image series that it was made on.");
        }

        return ([.. first.Select(Whole)], toRight, toDown);

        double[] Along(double[] direction, double length) => [.. place.Position!.Zip(direction, (a, b) => a + b * length)];

        // A step along one axis; any for a single pixel.
        int[]? StepsTo(double[] end, int count)
        {
            double[] way = [.. end.Zip(first, (a, b) => a - b)];
            int[] whole = [.. way.Select(Whole)];
            return count == 0 ? [0, 0, 0]
                : AreWhole(end) && whole.Sum(Math.Abs) == count && whole.Count(part => part != 0) == 1
                    ? [.. whole.Select(Math.Sign)] : null;
        }

        bool IsInside(double index, int axis) => index > -0.5 && index < Geometry.Size[axis] - 0.5;
    }

    private static SegmentationGrid OfGeometry(VolumeGeometry geometry)
    {
        var inverse = geometry.Affine.Inverse();
        return new(geometry, place =>
        {
            var (i, j, k) = inverse.Transform(-place[0], -place[1], place[2]);
            return [i, j, k];
        });
    }

    // Slices of different distances: each by itself.
    private static Func<double[], double[]> Irregular(IReadOnlyList<DicomSlice> slices)
    {
        var normal = slices[0].Place.Normal!;
        double[] heights = [.. slices.Select(slice => Product(slice.Place.Position!, normal))];
        return place =>
        {
            var height = Product(place, normal);
            var k = Enumerable.Range(0, heights.Length).MinBy(k => Math.Abs(heights[k] - height));
            var slice = slices[k].Place;
            double[] way = [.. place.Zip(slice.Position!, (a, b) => a - b)];
            var gap = k + 1 < heights.Length ? heights[k + 1] - heights[k] : heights[k] - heights[k - 1];
            return
            [
                Product(way, slice.RowDirection!) / (slice.SpacingX ?? 1), Product(way, slice.ColumnDirection!) / (slice.SpacingY ?? 1),
                k + (height - heights[k]) / gap,
            ];
        };
    }

    private static bool IsMultiple(double number, double of) => number >= of / 2 && Math.Abs(number / of - Math.Round(number / of)) <= 0.01;

    private static double Product(double[] a, double[] b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

    private static int Whole(double index) => (int)Math.Clamp(Math.Round(index), int.MinValue, int.MaxValue);

    private static bool AreWhole(double[] index) => index.All(part => Math.Abs(part - Math.Round(part)) <= Tolerance);
}
