using Microsoft.ML.SegSam.Volumes.Dicom;
using Microsoft.ML.SegSam.Volumes.Geometry;
using Microsoft.ML.SegSam.Volumes.Nifti;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>Finds all volumes of a file or a folder, by their headers.</summary>
internal static class VolumeList
{
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; or it is no volume, and the only file.</exception>
    /// <exception cref="NotSupportedException">It uses a part of its format that is not read.</exception>
    public static IReadOnlyList<VolumeInfo> Of(string path)
    {
        if (File.Exists(path))
        {
            if (OfFile(path) is { } volumes)
                return volumes;
            if (!DicomParser.Fits(path))
                throw new InvalidDataException($"It is none of the formats that are read: {VolumeFormats.Known}.");
        }

        var (groups, leftOut) = DicomFolder.Find(path, Path.GetTempPath());
        return
        [
            .. groups.GroupBy(group => group.Series).SelectMany(series => OfSeries(path, [.. series])),
            .. leftOut.SelectMany(file => file.Reason == DicomFolder.NoDicom ? OfOther(file.Path)
                : [new VolumeInfo(file.Path) { LeftOut = file.Reason }]),
        ];
    }

    /// <summary>Whether a file that is no DICOM is a volume all the same.</summary>
    public static bool IsVolume(string path) => OfOther(path).Any(found => found.LeftOut is null);

    private static IReadOnlyList<VolumeInfo>? OfFile(string path)
    {
        VolumeGeometry geometry;
        int times;
        if (NiftiReader.Fits(path))
            (geometry, times) = NiftiReader.Describe(path, long.MaxValue);
        else if (VolumeFormats.Describe(path, long.MaxValue, isOfLabels: false) is { } file)
            (geometry, times) = (file.Geometry, file.Times);
        else
            return null;
        return [.. Enumerable.Range(0, times).Select(time => new VolumeInfo(path)
        {
            TimePoint = times > 1 ? time : null, Geometry = geometry,
        })];
    }

    // A file of a folder: what is wrong with it is no reason to fail for the others.
    private static IReadOnlyList<VolumeInfo> OfOther(string path)
    {
        try
        {
            return OfFile(path) ?? [new VolumeInfo(path) { LeftOut = $"It is none of the formats that are read: {VolumeFormats.Known}" }];
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException)
        {
            return [new VolumeInfo(path) { LeftOut = failure.Message.TrimEnd('.') }];
        }
    }

    private static IEnumerable<VolumeInfo> OfSeries(string path, IReadOnlyList<DicomGroup> groups)
    {
        for (var i = 0; i < groups.Count; i++)
        {
            var slice = groups[i].Slices[0];
            yield return new(path)
            {
                SeriesUid = slice.Series, TimePoint = groups.Count > 1 ? i : null, Modality = slice.Modality,
                Description = slice.Description, Geometry = GeometryOf(groups[i]),
            };
        }
    }

    private static VolumeGeometry? GeometryOf(DicomGroup group)
    {
        var mustBeOrdered = group.Slices.Count > 1 && group.Slices.Any(slice => slice.Place.Height is null);
        return mustBeOrdered ? null : DicomVolume.Of(group.Slices, allowsIrregular: true, allowsNumbers: false, []).Geometry;
    }
}
