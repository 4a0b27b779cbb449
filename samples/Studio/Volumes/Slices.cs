using System.Globalization;
using Microsoft.ML.SegSam.Volumes;
using SampleKit;

namespace Studio.Volumes;

/// <summary>Slices of a volume as the page asks for them.</summary>
internal static class Slices
{
    /// <summary>The windows that the page offers after the volume's usual one; center and width where they are the same for all.</summary>
    private static readonly WindowChoice[] Windows =
    [
        new("Soft tissue", IntensityWindow.SoftTissue, 40, 400), new("Lung", IntensityWindow.Lung, -600, 1500),
        new("Bone", IntensityWindow.Bone, 400, 1800), new("Brain", IntensityWindow.Brain, 40, 80),
        new("Mediastinum", IntensityWindow.Mediastinum, 50, 350),
        new("Percentiles 0.5–99.5", IntensityWindow.Percentiles(0.5, 99.5)), new("Whole range", IntensityWindow.MinMax),
    ];

    /// <summary>Those that the page shows.</summary>
    public static IReadOnlyList<SlicePlane> Planes { get; } = [SlicePlane.Axial, SlicePlane.Coronal, SlicePlane.Sagittal];

    /// <summary>What the page needs to know of a volume.</summary>
    public static object Describe(VolumeSession session)
    {
        var (volume, spacing) = (session.Volume, session.Volume.Geometry.Spacing);
        double[] lengths = [spacing.X, spacing.Y, spacing.Z];
        double Spacing(string sides) => lengths[volume.Geometry.Codes.IndexOfAny([.. sides])];
        return new
        {
            text = volume.ToString(),
            warnings = volume.Warnings.Select(session.Folder.Forget),
            isDicom = volume.Modality is not null, // which no other format says
            volume.IsColor,
            volume.Geometry.IsOrientationKnown,
            volume.Geometry.VoxelVolume,
            windows = Windows.Prepend(Usual(volume)).Distinct()
                .Select(each => new { each.Title, window = each.Window.ToString(), each.Center, each.Width }),
            planes = Planes.ToDictionary(plane => plane.ToString().ToLowerInvariant(), plane =>
            {
                var (width, height) = SizeOf(volume, plane);
                var (x, y) = plane switch
                {
                    SlicePlane.Axial => ("LR", "AP"),
                    SlicePlane.Coronal => ("LR", "IS"),
                    _ => ("AP", "IS"),
                };
                return new { slices = volume.CountSlices(plane), width, height, aspect = Spacing(y) / Spacing(x) };
            }),
        };
    }

    /// <summary>Columns and rows of a plane's slices: each is cut along the axes of the other two.</summary>
    public static (int Width, int Height) SizeOf(MedicalVolume volume, SlicePlane plane)
    {
        int Count(SlicePlane other) => volume.CountSlices(other);
        return (plane == SlicePlane.Sagittal ? Count(SlicePlane.Coronal) : Count(SlicePlane.Sagittal),
            plane == SlicePlane.Axial ? Count(SlicePlane.Coronal) : Count(SlicePlane.Axial));
    }

    /// <exception cref="ProblemException">It is none that the page shows.</exception>
    public static SlicePlane Plane(string? text) =>
        Planes.FirstOrDefault(plane => string.Equals(plane.ToString(), text, StringComparison.OrdinalIgnoreCase), SlicePlane.Stored)
            is not SlicePlane.Stored and var found ? found
            : throw Wrong($"There is no plane '{text}'; expected axial, coronal or sagittal.");

    /// <exception cref="ProblemException">There is no such slice.</exception>
    public static void Check(MedicalVolume volume, SlicePlane plane, int index)
    {
        if (volume.CountSlices(plane) is var count && (uint)index >= count)
        {
            throw Wrong(FormattableString.Invariant($"There is no slice {index}: the volume has {count} {plane} slices, ")
                + FormattableString.Invariant($"0 to {count - 1}."));
        }
    }

    /// <param name="text">Null: the volume's usual one.</param>
    /// <exception cref="ProblemException">It is no window.</exception>
    public static IntensityWindow Window(string? text, MedicalVolume volume)
    {
        try
        {
            return string.IsNullOrWhiteSpace(text) ? IntensityWindow.For(volume) : IntensityWindow.Parse(text);
        }
        catch (FormatException wrong)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, wrong.Message, wrong);
        }
    }

    /// <summary>
    /// A slice as PNG; and the center and width of the linear window that shows the same, measured where the slice has at least two levels
    /// between black and white.
    /// </summary>
    public static (byte[] Png, (double Center, double Width)? Numbers) Picture(
        MedicalVolume volume, SlicePlane plane, int index, IntensityWindow window)
    {
        var slice = volume.ReadSlice(plane, index);
        using var image = slice.ToImage(window);
        return (PngEncoder.Of(image), volume.IsColor ? null : Numbers(slice.Values.Span, image.Pixels));
    }

    private static (double, double)? Numbers(ReadOnlySpan<float> values, ReadOnlySpan<byte> pixels)
    {
        var (sums, counts) = (new double[256], new int[256]);
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                continue;
            sums[pixels[4 * i]] += values[i];
            counts[pixels[4 * i]]++;
        }

        var (low, high) = (Array.FindIndex(counts, 1, count => count > 0), Array.FindLastIndex(counts, 254, count => count > 0));
        if (low < 1 || low >= high)
            return null;
        var step = (sums[high] / counts[high] - sums[low] / counts[low]) / (high - low);
        var center = sums[low] / counts[low] + step * (127.5 - low);
        return (Short(center), Math.Max(1, Short(Math.Abs(step) * 255)));
    }

    // Three digits are all that a person reads of a window.
    private static double Short(double value) =>
        double.Parse(value.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static WindowChoice Usual(MedicalVolume volume)
    {
        var window = IntensityWindow.For(volume);
        return Windows.FirstOrDefault(each => each.Window.Equals(window))
            ?? new(window.Equals(IntensityWindow.FromFile) ? "As the file says" : "As stored", window);
    }

    private static ProblemException Wrong(string message) => new(StatusCodes.Status400BadRequest, message);

    /// <summary>A window that the page offers.</summary>
    private sealed record WindowChoice(string Title, IntensityWindow Window, double? Center = null, double? Width = null);
}
