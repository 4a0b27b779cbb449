using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>A slice of a volume: a file, or a frame of one. It holds no file open.</summary>
/// <param name="Frame">Counting from 0.</param>
/// <param name="Instance">SOPInstanceUID; null where it is missing.</param>
/// <param name="Number">InstanceNumber, which says nothing of the place.</param>
/// <param name="Marks">What may tell slices at one place apart: acquisition, echo, time, in this order.</param>
internal sealed record DicomSlice(
    string Path, int Frame, DicomFormat Format, DicomPlace Place, string Series, string? Modality, string? Description, string? Instance,
    long? Number, bool IsLocalizer, IReadOnlyList<string?> Marks, IReadOnlyList<DisplayWindow> Windows, IReadOnlyList<string> Warnings)
{
    /// <summary>The slices of an image file.</summary>
    public static IEnumerable<DicomSlice> Of(DicomImage image)
    {
        var (dataset, isEnhanced) = (image.Dataset, image.Dataset.Items(DicomTag.FrameGroups).Count > 0);
        for (var frame = 0; frame < image.Format.Frames; frame++)
        {
            var groups = image.GroupsOf(frame);
            DicomDataset? With(DicomTag tag) => groups.FirstOrDefault(group => group.Has(tag));
            string? First(DicomTag tag) => With(tag)?.Text(tag);
            var index = With(DicomTag.TemporalPositionIndex)?.Bytes(DicomTag.TemporalPositionIndex);
            yield return new(image.Path, frame, image.Format, image.Places[frame], dataset.Text(DicomTag.Series) ?? "", image.Modality,
                image.SeriesDescription, isEnhanced || image.Format.Frames > 1 ? null : dataset.Text(DicomTag.SopInstance),
                dataset.Whole(DicomTag.InstanceNumber), dataset.Texts(DicomTag.ImageType).Contains("LOCALIZER"),
                [First(DicomTag.AcquisitionNumber), First(DicomTag.EchoNumbers), First(DicomTag.TemporalPosition),
                    index is null ? null : Convert.ToHexString(index), isEnhanced ? null : First(DicomTag.ContentTime)],
                image.Windows, image.Warnings);
        }
    }
}
