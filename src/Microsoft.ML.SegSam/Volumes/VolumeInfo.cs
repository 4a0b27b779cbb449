using System.Globalization;
using Microsoft.ML.SegSam.Volumes.Geometry;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>A volume that <see cref="MedicalVolume.List"/> found, or a file that it left out.</summary>
public sealed class VolumeInfo
{
    internal VolumeInfo(string path) => Path = path;

    /// <summary>
    /// What <see cref="MedicalVolume.Load"/> takes: the file, or the folder that holds the series; or the file that was left out.
    /// </summary>
    public string Path { get; }

    /// <summary>For <see cref="MedicalVolumeOptions.SeriesUid"/>; null where it is no DICOM.</summary>
    public string? SeriesUid { get; internal init; }

    /// <summary>For <see cref="MedicalVolumeOptions.TimePoint"/>; null where there is one volume only.</summary>
    public int? TimePoint { get; internal init; }

    /// <summary>DICOM's code of what made the images; null where the file does not say.</summary>
    public string? Modality { get; internal init; }

    /// <summary>The description of the series; null where there is none.</summary>
    public string? Description { get; internal init; }

    /// <summary>
    /// Where the voxels lie; of slices with unequal distances their mean. Null for a file that was left out, and where the slices make a
    /// volume only in the order of their numbers.
    /// </summary>
    public VolumeGeometry? Geometry { get; internal init; }

    /// <summary>Why a file was left out; null for a volume.</summary>
    public string? LeftOut { get; internal init; }

    /// <summary>One line, such as "scan.nii.gz, time 1: 64 x 64 x 20, 3 x 3 x 3 mm, RAS".</summary>
    public override string ToString()
    {
        var name = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(Path));
        if (LeftOut is not null)
            return $"{name}: {LeftOut}";
        string?[] marks = [name, SeriesUid is null ? null : $"series {SeriesUid}",
            TimePoint is { } time ? $"time {time.ToString(CultureInfo.InvariantCulture)}" : null, Description];
        string?[] facts = [Modality, Geometry?.ToString() ?? "places unknown"];
        return $"{string.Join(", ", marks.Where(mark => mark is not null))}: {string.Join(' ', facts.Where(fact => fact is not null))}";
    }
}
