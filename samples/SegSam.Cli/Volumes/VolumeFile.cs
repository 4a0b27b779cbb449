using Microsoft.ML.SegSam.Volumes;

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
        yield return ["voxels", FormattableString.Invariant($"{geometry.Columns} x {geometry.Rows} x {geometry.Slices}")
            + (volume.IsColor ? ", colors" : "")];
        yield return ["spacing", FormattableString.Invariant(
            $"{geometry.Spacing.X:0.###} x {geometry.Spacing.Y:0.###} x {geometry.Spacing.Z:0.###} mm")
            + (volume.IsRegular ? "" : " on average: slices are not evenly spaced") + (geometry.IsSheared ? ", sheared" : "")];
        yield return ["axes", geometry.IsOrientationKnown ? geometry.Codes : "orientation unknown"];
        yield return ["slices", string.Join(", ", ((SlicePlane[])[SlicePlane.Axial, SlicePlane.Coronal, SlicePlane.Sagittal])
            .Select(plane => FormattableString.Invariant($"{volume.CountSlices(plane)} {plane.ToString().ToLowerInvariant()}")))];
        yield return ["values", FormattableString.Invariant($"{range.Low:0.###} to {range.High:0.###}")];
        yield return ["window", $"{IntensityWindow.For(volume)}"];
        foreach (var warning in volume.Warnings)
            yield return ["please note", warning];
    }
}
