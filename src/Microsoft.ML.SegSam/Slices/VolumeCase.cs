using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Slices;

/// <summary>A volume of a data set, with its labels where it has any.</summary>
public sealed record VolumeCase
{
    /// <summary>The file or folder of the image, as <see cref="MedicalVolume.Load"/> reads it.</summary>
    public required string ImagePath { get; init; }

    /// <summary>
    /// The file of the labels: a volume on the image's grid, or a DICOM segmentation (SEG), whose segments may overlap; null: there are
    /// none.
    /// </summary>
    public string? LabelPath { get; init; }

    /// <summary>What the slices of a patient share, so that splits keep them together. Default: the image's file name.</summary>
    public string? CaseId { get; init; }

    /// <summary>The data set, whose volumes share a label set. Default "": all do.</summary>
    public string Dataset { get; init; } = "";

    /// <summary>What the labels mean, by number; 0 is the background. Null: the names in the label file.</summary>
    public IReadOnlyDictionary<int, string>? Names { get; init; }

    /// <summary>
    /// DICOM's code of what made the image, such as "CT", "MR", "PT", "US". Null: as DICOM files say themselves; of other formats it is
    /// not known.
    /// </summary>
    public string? Modality { get; init; }

    /// <summary>
    /// How the image is read, such as which of several volumes in its file, or slices that are not evenly spaced; null: as by default.
    /// </summary>
    public MedicalVolumeOptions? Reading { get; init; }

    /// <summary>
    /// The cases of a folder that has a dataset.json: nnU-Net's (imagesTr, labelsTr) or the Medical Segmentation Decathlon's. Modalities
    /// are known where it names the channel CT, PET, or one of MR, such as T1.
    /// </summary>
    /// <param name="folder">Holds dataset.json.</param>
    /// <param name="channel">Which channel of the images, from 0: "_0000" of nnU-Net, the fourth dimension of the decathlon.</param>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no such JSON, or names a file that is missing or outside the folder.</exception>
    /// <exception cref="NotSupportedException">Labels are regions, which are several labels together.</exception>
    public static IReadOnlyList<VolumeCase> Find(string folder, int channel = 0)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentOutOfRangeException.ThrowIfNegative(channel);
        return DatasetFolder.Read(folder, channel);
    }
}
