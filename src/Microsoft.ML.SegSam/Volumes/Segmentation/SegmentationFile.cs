using Microsoft.ML.SegSam.Volumes.Dicom;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Segmentation;

/// <summary>A binary DICOM segmentation: its segments, and where its frames lie.</summary>
internal sealed class SegmentationFile : IDisposable
{
    private const string Storage = "1.2.840.10008.5.1.4.1.1.66.4";
    private readonly DicomFile _file;

    private SegmentationFile(DicomFile file)
    {
        _file = file;
        var dataset = file.Dataset;
        if (ClassOf(dataset) != Storage)
            throw new InvalidDataException("The file is no DICOM segmentation (SEG).");
        var (type, bits) = (dataset.Text(DicomTag.SegmentationType), dataset.Short(DicomTag.BitsAllocated));
        if (type != "BINARY" || bits != 1)
        {
            throw new NotSupportedException($"The segmentation is {type ?? "of no type"} with {bits} bits a "
                + "pixel; binary segmentations of 1 bit are read. Convert it first, for example by segimage2itkimage of dcmqi.");
        }

        if (file.PixelsLength < 0 || file.Syntax.IsBigEndian)
            throw new NotSupportedException("Bits that are packed or big endian are not read; convert first, for example by dcmconv.");
        (Rows, Columns) = (dataset.Short(DicomTag.Rows) ?? 0, dataset.Short(DicomTag.Columns) ?? 0);
        var frames = dataset.Whole(DicomTag.Frames) ?? 1;
        if (Rows < 1 || Columns < 1 || (long)Rows * Columns > VolumeLimits.Voxels || frames < 1)
            throw new InvalidDataException(FormattableString.Invariant($"The file has {frames} frames of {Columns} x {Rows} pixels."));
        if (frames > (8 * Math.Min(file.PixelsLength, file.Bytes.Length - file.PixelsAt)) / ((long)Rows * Columns))
        {
            throw new InvalidDataException(FormattableString.Invariant(
                $"The file ends within its {frames} frames of {Columns} x {Rows} bits."));
        }

        var set = dataset.Text(DicomTag.CharacterSet);
        foreach (var segment in dataset.Items(DicomTag.Segments))
        {
            var number = segment.Short(DicomTag.SegmentNumber) ?? throw new InvalidDataException("A segment has no number.");
            Segments[number] = segment.WrittenText(DicomTag.SegmentLabel, set) ?? "";
        }

        Frames = [.. Enumerable.Range(0, (int)frames).Select(FrameOf)];
    }

    public int Rows { get; }

    public int Columns { get; }

    public IReadOnlyList<SegmentationFrame> Frames { get; }

    /// <summary>Labels by the segments' numbers, ascending; empty where there is none.</summary>
    public SortedDictionary<int, string> Segments { get; } = [];

    public string? FrameOfReference => _file.Dataset.Text(DicomTag.FrameOfReference);

    /// <summary>Whether a file is a DICOM segmentation, of whatever type.</summary>
    public static bool Fits(string path, string temporaryFolder)
    {
        try
        {
            if (!File.Exists(path) || !DicomParser.Fits(path))
                return false;
            using var file = DicomParser.Open(path, temporaryFolder, _ => null);
            return ClassOf(file.Dataset) == Storage;
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException)
        {
            return false; // whoever reads it as an image says what is wrong
        }
    }

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or is no segmentation.</exception>
    /// <exception cref="NotSupportedException">Its transfer syntax or type is not read.</exception>
    public static SegmentationFile Open(string path, string temporaryFolder)
    {
        var file = DicomParser.Open(path, temporaryFolder, _ => null);
        try
        {
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The stretches of a frame's rows that belong to its segment: row, first column, and the column after the last.</summary>
    public IEnumerable<(int Y, int From, int To)> RunsOf(int frame)
    {
        var first = (long)frame * Rows * Columns;
        var bytes = new byte[(first % 8 + (long)Rows * Columns + 7) / 8];
        _file.Bytes.Read(_file.PixelsAt + first / 8, bytes);
        var offset = (int)(first % 8);
        bool IsSet(long pixel) => (bytes[(offset + pixel) / 8] >> (int)((offset + pixel) % 8) & 1) != 0;
        for (var y = 0; y < Rows; y++)
        {
            var row = (long)y * Columns;
            for (var x = 0; x < Columns; x++)
            {
                if (!IsSet(row + x))
                    continue;
                var from = x;
                while (x < Columns && IsSet(row + x))
                    x++;
                yield return (y, from, x);
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private static string? ClassOf(DicomDataset dataset) => dataset.Text(DicomTag.SopClass) ?? dataset.Text(DicomTag.MediaClass);

    private SegmentationFrame FrameOf(int frame)
    {
        var groups = DicomImage.GroupsOf(_file.Dataset, frame);
        var segment = groups.Select(group => group.Short(DicomTag.ReferencedSegment)).FirstOrDefault(number => number is not null);
        if (segment is null || !Segments.ContainsKey(segment.Value))
        {
            throw new InvalidDataException(FormattableString.Invariant(
                $"Frame {frame + 1} belongs to segment {segment}, which there is not."));
        }

        var place = DicomPlace.Of(groups, _ => { });
        if (place is not { Height: not null, SpacingX: not null, SpacingY: not null })
            throw new InvalidDataException(FormattableString.Invariant($"Frame {frame + 1} does not say where it lies."));
        var between = groups.Select(group => group.Decimals(DicomTag.SpacingBetweenSlices)).FirstOrDefault(numbers => numbers.Length > 0);
        return new(segment.Value, place, between is [> 0 and var distance, ..] && double.IsFinite(distance) ? distance : null);
    }
}

/// <summary>A slice of a segment.</summary>
/// <param name="Place">With position, orientation and spacing.</param>
/// <param name="SliceDistance">What the file says of neighboring slices; null where it says nothing.</param>
internal sealed record SegmentationFrame(int Segment, DicomPlace Place, double? SliceDistance);
