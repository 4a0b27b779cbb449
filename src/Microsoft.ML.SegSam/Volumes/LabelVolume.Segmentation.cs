using Microsoft.ML.SegSam.Volumes.Files;
using Microsoft.ML.SegSam.Volumes.Segmentation;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes;

public sealed partial class LabelVolume
{
    /// <summary>Whether slices have one distance, as far as it is known of the series that the grid is of.</summary>
    internal bool IsRegular => Origin.Slices.Count < 2 || SliceSteps.Of(Origin.Slices) is not null;

    /// <summary>
    /// Writes a DICOM segmentation (SEG), a file that refers to the images which the labels lie on, and that viewers and archives show over
    /// them. Labels become segments 1, 2, 3, … in ascending order; labels of known organs carry their codes of SNOMED CT.
    /// </summary>
    /// <remarks>
    /// Patient and study are read again from the files of the images, which must still be there, and are repeated, as the standard demands;
    /// <see cref="DicomSegmentationOptions.Anonymous"/> leaves them out. Names are cut after 64 characters.
    /// </remarks>
    /// <param name="path">Usually ends with .dcm. An existing file is replaced once the new one is complete.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="InvalidOperationException">
    /// The labels do not lie on a DICOM series, its slices do not say where they lie, or there is more than a DICOM file holds (4 GB).
    /// </exception>
    /// <exception cref="IOException">The file cannot be written, or an image's not be read.</exception>
    /// <exception cref="InvalidDataException">An image's file changed, or has no identifier to refer to it by.</exception>
    public void SaveSegmentation(string path, DicomSegmentationOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new();
        if (Origin.Slices.Count == 0)
        {
            throw new InvalidOperationException("The labels do not lie on a DICOM series, which a DICOM segmentation refers to. "
                + "Write them in another format by Save, such as .nii.gz.");
        }

        if (Origin.Slices.Any(slice => slice.Place is not { Height: not null, SpacingX: not null, SpacingY: not null }))
        {
            throw new InvalidOperationException("The images do not say where their pixels lie, which a DICOM segmentation repeats. "
                + "Write the labels as NIfTI by Save(\".nii.gz\").");
        }

        var source = SourceSeries.Read(Origin.Slices, options.Anonymous, Path.GetTempPath());
        SegmentationWriter.Write(path, _runs, Names, Origin.Slices, source, options.SeriesDescription, options.KeepEmptyFrames);
    }

    /// <summary>Reads a DICOM segmentation (SEG) onto the voxels of an image, such as the series that it was made on.</summary>
    /// <remarks>
    /// Labels are the segments' numbers. Frames are placed by their positions and may be turned or smaller than the image; nothing is
    /// resampled.
    /// </remarks>
    /// <param name="path">A binary segmentation.</param>
    /// <param name="source">The image: of DICOM, or of another format on the same voxels.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or no segmentation, its frames do not lie on the image's voxels, or two segments share a voxel
    /// (<see cref="LoadSegments"/> reads those).
    /// </exception>
    /// <exception cref="NotSupportedException">The segmentation is not binary, or its transfer syntax is not read.</exception>
    public static LabelVolume LoadSegmentation(string path, MedicalVolume source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ReadSegmentation(path, source, VolumeLimits.Voxels);
    }

    /// <summary>Reads each segment of a DICOM segmentation (SEG) as a label volume of its own; segments may overlap.</summary>
    /// <param name="path">A binary segmentation.</param>
    /// <param name="source">The image whose voxels to use; null: the smallest grid that holds all frames.</param>
    /// <returns>In the order of the segments' numbers, which are their labels.</returns>
    /// <inheritdoc cref="LoadSegmentation" path="/exception[@cref='T:System.IO.IOException']"/>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or no segmentation, or its frames do not lie on the image's voxels.
    /// </exception>
    /// <exception cref="NotSupportedException">The segmentation is not binary, or its transfer syntax is not read.</exception>
    public static IReadOnlyList<LabelVolume> LoadSegments(string path, MedicalVolume? source = null) =>
        Read(path, source, VolumeLimits.Voxels, (file, grid, origin) => file.Segments.Keys.Select(segment => new LabelVolume(
            grid.Geometry, SegmentationReader.ReadOne(file, grid, segment), NamesOf(file, [segment]), origin)
        {
            Warnings = grid.Warnings,
        }).ToList());

    private static LabelVolume ReadSegmentation(string path, MedicalVolume? source, long mostVoxels) =>
        Read(path, source, mostVoxels, (file, grid, origin) => new LabelVolume(
            grid.Geometry, SegmentationReader.ReadAll(file, grid), NamesOf(file, file.Segments.Keys), origin)
        {
            Warnings = grid.Warnings,
        });

    private static T Read<T>(
        string path, MedicalVolume? source, long mostVoxels, Func<SegmentationFile, SegmentationGrid, VolumeOrigin, T> read)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return NamedFile.Read(path, () =>
        {
            using var file = SegmentationFile.Open(path, Path.GetTempPath());
            if (source is null)
                return read(file, SegmentationGrid.OfFrames(file, mostVoxels), VolumeOrigin.Unknown);
            if (source.Origin.Slices is [var first, ..] && file.FrameOfReference is { } frame
                && SourceSeries.FrameOfReferenceOf(first, Path.GetTempPath()) is { } other && frame != other)
            {
                throw new InvalidDataException("The segmentation and the images have different frames of reference, so their positions "
                    + "cannot be compared: they are of different patients or examinations.");
            }

            return read(file, SegmentationGrid.OfImage(source.Geometry, source.Origin.Slices), source.Origin);
        });
    }

    private static Dictionary<int, string> NamesOf(SegmentationFile file, IEnumerable<int> segments) =>
        segments.Where(segment => file.Segments[segment].Length > 0).ToDictionary(segment => segment, segment => file.Segments[segment]);
}
