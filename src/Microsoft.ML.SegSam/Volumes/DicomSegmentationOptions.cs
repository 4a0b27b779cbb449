namespace Microsoft.ML.SegSam.Volumes;

/// <summary>How <see cref="LabelVolume.SaveSegmentation"/> writes.</summary>
public sealed class DicomSegmentationOptions
{
    /// <summary>
    /// Whether the file does not say who the patient is: name, number, birth date, sex, referring physician, accession number, and the
    /// study's number, date and time are placeholders or empty. The identifiers (UIDs) of study, series and images stay, because a
    /// segmentation without them belongs to nothing. Default false: they are those of the images, as the standard demands.
    /// </summary>
    public bool Anonymous { get; init; }

    /// <summary>
    /// Whether slices in which a label has no voxel are written as well; some viewers and tools need every slice. Default false.
    /// </summary>
    public bool KeepEmptyFrames { get; init; }

    /// <summary>What viewers show in the list of series: at most 64 characters. Default "Segmentation".</summary>
    public string SeriesDescription { get; init; } = "Segmentation";
}
