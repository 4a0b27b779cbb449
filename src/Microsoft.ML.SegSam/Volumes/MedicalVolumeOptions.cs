using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>How <see cref="MedicalVolume.Load"/> reads.</summary>
public sealed record MedicalVolumeOptions
{
    /// <summary>The series to read of a folder that holds several: its SeriesInstanceUID. Default null: there must be one.</summary>
    public string? SeriesUid { get; init; }

    /// <summary>
    /// Which volume to read of a file or a series that holds several, such as one for each time; counts from 0. Default null: there must
    /// be one.
    /// </summary>
    public int? TimePoint { get; init; }

    /// <summary>
    /// Whether slices may have unequal distances. The volume's matrix then has their mean, which is right nowhere. Default false.
    /// </summary>
    public bool AllowIrregularSlices { get; init; }

    /// <summary>
    /// Whether slices that do not say where they lie are taken in the order of their numbers (InstanceNumber). Default false.
    /// </summary>
    public bool OrderByInstanceNumber { get; init; }

    /// <summary>Volumes with more voxels are refused. Default 2³⁰ (512 x 512 x 4096).</summary>
    public long MaxVoxels { get; init; } = VolumeLimits.Voxels;

    /// <summary>
    /// Where packed volumes are unpacked that are too large for memory; the files are deleted with the volume. Default null: the system's
    /// temporary folder.
    /// </summary>
    public string? TemporaryFolder { get; init; }
}
