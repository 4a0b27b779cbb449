using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Geometry;

namespace SegSam.Cli.Volumes;

/// <summary>Volumes on the command line, and what is printed of them.</summary>
internal static class VolumeFile
{
    private static readonly string[] Endings =
        [".nii", ".nii.gz", ".hdr", ".dcm", ".dicom", ".mha", ".mhd", ".nrrd", ".nhdr", ".npz", ".npy"];

    /// <summary>Whether a file is meant as a volume, by its name.</summary>
    public static bool IsNamedAsVolume(string path) =>
        Endings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>Name and value of what is known of a volume.</summary>
    public static IEnumerable<string[]> Describe(MedicalVolume volume)
    {
        var (geometry, range) = (volume.Geometry, volume.ReadRange());
        yield return ["kind", volume.Modality is null ? "volume" : $"volume, {volume.Modality}"];
        foreach (var line in Describe(geometry, volume.IsColor, volume.IsRegular))
            yield return line;
        yield return ["slices", string.Join(", ", ((SlicePlane[])[SlicePlane.Axial, SlicePlane.Coronal, SlicePlane.Sagittal])
            .Select(plane => FormattableString.Invariant($"{volume.CountSlices(plane)} {plane.ToString().ToLowerInvariant()}")))];
        yield return ["values", FormattableString.Invariant($"{range.Low:0.###} to {range.High:0.###}")];
        yield return ["window", $"{IntensityWindow.For(volume)}"];
        foreach (var warning in volume.Warnings)
            yield return PleaseNote(warning);
    }

    /// <summary>The same of where voxels lie.</summary>
    public static IEnumerable<string[]> Describe(VolumeGeometry geometry, bool isColor = false, bool isRegular = true)
    {
        yield return ["voxels", string.Join(" x ", SizeOf(geometry)) + (isColor ? ", colors" : "")];
        var spacing = string.Join(" x ", SpacingOf(geometry).Select(part => FormattableString.Invariant($"{part:0.###}")));
        yield return ["spacing", $"{spacing} mm"
            + (isRegular ? "" : " on average: slices are not evenly spaced") + (geometry.IsSheared ? ", sheared" : "")];
        yield return ["axes", geometry.IsOrientationKnown ? geometry.Codes : "orientation unknown"];
    }

    public static string[] PleaseNote(string warning) => ["please note", warning];

    public static int[] SizeOf(VolumeGeometry geometry) => [geometry.Columns, geometry.Rows, geometry.Slices];

    public static double[] SpacingOf(VolumeGeometry geometry) => [geometry.Spacing.X, geometry.Spacing.Y, geometry.Spacing.Z];
}
