using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Volumes.Segmentation;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>
/// The labels of an image, read slice by slice: a volume on its grid, or a DICOM segmentation, whose segments may overlap.
/// </summary>
internal sealed class LabelSlices : IDisposable
{
    private readonly MedicalVolume? _volume;
    private readonly IReadOnlyList<LabelVolume> _segments;

    private LabelSlices(MedicalVolume? volume, IReadOnlyList<LabelVolume> segments, IReadOnlyDictionary<int, string> names) =>
        (_volume, _segments, Names) = (volume, segments, names);

    /// <summary>What the labels mean, as far as their file says.</summary>
    public IReadOnlyDictionary<int, string> Names { get; }

    /// <param name="imagePath">For messages.</param>
    /// <param name="reading">How the image was read; null: as by default.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or does not lie on the voxels of the image.</exception>
    /// <exception cref="NotSupportedException">It uses a part of its format that is not read.</exception>
    public static LabelSlices Open(string path, MedicalVolume image, string imagePath, MedicalVolumeOptions? reading)
    {
        if (SegmentationFile.Fits(path, Path.GetTempPath()))
        {
            var segments = LabelVolume.LoadSegments(path, image);
            return new(null, segments, segments.SelectMany(segment => segment.Names).ToDictionary());
        }

        reading = (reading ?? new()) with { SeriesUid = null, TimePoint = null }; // which are the image's
        var volume = MedicalVolume.Open(path, reading, isOfLabels: true);
        if (volume.Geometry.Equals(image.Geometry))
            return new(volume, [], volume.LabelNames);
        using (volume)
        {
            throw new InvalidDataException($"'{path}' does not lie on the grid of '{imagePath}': {volume.Geometry} and {image.Geometry}, "
                + "or their places in the patient differ.");
        }
    }

    /// <summary>The labels of a slice, ascending, each with its mask, which is not empty.</summary>
    /// <exception cref="InvalidDataException">The slice is damaged.</exception>
    public IReadOnlyList<(double Label, SegmentationMask Mask)> Read(SlicePlane plane, int index)
    {
        if (_volume is null)
        {
            return [.. from segment in _segments
                       from label in segment.Labels
                       let mask = segment.ReadMask(label, plane, index)
                       where mask.Area > 0
                       select ((double)label, mask)];
        }

        var slice = _volume.ReadSlice(plane, index);
        var values = slice.Values.ToArray();
        return [.. values.Where(value => value != 0).Distinct().Order().Select(label => ((double)label,
            SegmentationMask.FromPixels(Array.ConvertAll(values, value => value.Equals(label)), slice.Height, slice.Width)))];
    }

    public void Dispose() => _volume?.Dispose();
}
