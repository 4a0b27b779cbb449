using Microsoft.ML.SegSam.Volumes.Dicom;
using Microsoft.ML.SegSam.Volumes.Files;
using Microsoft.ML.SegSam.Volumes.Nifti;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>What a volume was read from, as far as files on the same grid repeat it.</summary>
internal sealed record VolumeOrigin
{
    /// <summary>Another format, or none.</summary>
    public static VolumeOrigin Unknown { get; } = new();

    /// <summary>Of a NIfTI file; null for others.</summary>
    public NiftiHeader? NiftiHeader { get; init; }

    /// <summary>Of a MetaImage file; null for others.</summary>
    public HeaderPlace? Place { get; init; }

    /// <summary>What labels mean, where the header says it; none for DICOM.</summary>
    public IReadOnlyDictionary<int, string> LabelNames { get; init; } = new Dictionary<int, string>();

    /// <summary>Of a DICOM series, in the order of their places; none for others.</summary>
    public IReadOnlyList<DicomSlice> Slices { get; init; } = [];
}
