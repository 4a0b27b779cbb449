using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Volumes.Dicom;
using Microsoft.ML.SegSam.Volumes.Labels;

namespace Microsoft.ML.SegSam.Volumes.Segmentation;

/// <summary>
/// Writes labels as a binary DICOM segmentation (PS3.3, A.51): one frame of bits for each segment and slice, beside the images that it
/// refers to.
/// </summary>
internal sealed class SegmentationWriter
{
    private const string Explicit = "1.2.840.10008.1.2.1", Storage = "1.2.840.10008.5.1.4.1.1.66.4";
    private const string Implementation = "2.25.252327472196604382690961048181968823812", ProductName = "Microsoft.ML.SegSam";
    private readonly LabelRuns _runs;
    private readonly IReadOnlyList<DicomSlice> _slices;
    private readonly SourceSeries _source;
    private readonly List<(int Label, string Name)> _segments; // the number of each is its place + 1; without a name empty
    private readonly List<(int Segment, int Slice)> _frames;

    private SegmentationWriter(
        LabelRuns runs, IReadOnlyDictionary<int, string> names, IReadOnlyList<DicomSlice> slices, SourceSeries source, bool keepsEmpty)
    {
        (_runs, _slices, _source) = (runs, slices, source);
        int[] labels = [.. runs.Count().Keys];
        if (labels.Length == 0)
            labels = [names.Keys.Where(label => label > 0).Order().FirstOrDefault(1)];
        _segments = [.. labels.Select(label => (label, NameOf(label)))];
        var held = Enumerable.Range(0, slices.Count).Select(LabelsOf).ToList();
        _frames = [.. _segments.Index().SelectMany(segment => Enumerable.Range(0, slices.Count)
            .Where(k => keepsEmpty || held[k].Contains(segment.Item.Label)).Select(k => (segment.Index, k)))];
        if (_frames.Count == 0)
            _frames.Add((0, 0)); // a file must have a frame

        HashSet<int> LabelsOf(int slice)
        {
            var found = new HashSet<int>();
            foreach (var run in runs.Of(slice))
                found.Add(run.Label);
            return found;
        }

        string NameOf(int label)
        {
            var name = SegmentCode.Label(names.GetValueOrDefault(label, ""));
            return source.Encoding != Encoding.ASCII || name.All(char.IsAscii) ? name : "";
        }
    }

    /// <param name="runs">On the grid of the slices.</param>
    /// <param name="slices">In the order of their places, which they all have.</param>
    /// <param name="keepsEmpty">Whether frames without a voxel are written.</param>
    /// <exception cref="IOException">The file cannot be written, or a slice's not read.</exception>
    /// <exception cref="InvalidDataException">A slice's file has nothing to refer to it by.</exception>
    public static void Write(
        string path, LabelRuns runs, IReadOnlyDictionary<int, string> names, IReadOnlyList<DicomSlice> slices, SourceSeries source,
        string description, bool keepsEmpty)
    {
        var writer = new SegmentationWriter(runs, names, slices, source, keepsEmpty);
        var bits = (long)writer._frames.Count * slices[0].Format.Pixels;
        var bytes = (bits + 15) / 16 * 2;
        if (bytes > uint.MaxValue - 1)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"The segmentation has {writer._frames.Count} frames, more than the 4 GB that a DICOM file holds. ")
                + "Leave empty frames out, or write fewer labels to a file.");
        }

        var instance = DicomElements.NewUid();
        var elements = writer.Elements(instance, description);
        WholeFile.Write(path, file =>
        {
            file.Write(new byte[128]);
            file.Write("DICM"u8);
            var meta = new DicomElements().Bytes(ElementKind.MetaVersion, [0, 1]).Text(ElementKind.MediaClass, Storage)
                .Text(ElementKind.MediaInstance, instance).Text(ElementKind.TransferSyntax, Explicit)
                .Text(ElementKind.ImplementationClass, Implementation).Text(ElementKind.ImplementationVersion, "SEGSAM");
            new DicomElements().Numbers(ElementKind.MetaLength, (uint)meta.Length).WriteTo(file);
            meta.WriteTo(file);
            elements.WriteTo(file);
            DicomElements.WriteHeader(file, ElementKind.Pixels, (uint)bytes);
            writer.WriteBits(file);
            file.Write(new byte[bytes - (bits + 7) / 8]);
        });
    }

    private DicomElements Elements(string instance, string description)
    {
        var now = TimeProvider.System.GetUtcNow();
        var (first, step, organization) = (_slices[0], SliceSteps.Of(_slices), DicomElements.NewUid());
        var version = typeof(SegmentationWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        var elements = new DicomElements();
        foreach (var (kind, value) in _source.Repeated)
            elements.Bytes(kind, value);
        if (!_source.Repeated.ContainsKey(ElementKind.LossyCompression))
            elements.Text(ElementKind.LossyCompression, "00");
        if (step is not null)
            elements.Text(ElementKind.OrganizationType, "3D");
        if (_segments.Any(segment => SegmentCode.Of(segment.Name).Type.Scheme == SegmentCode.OwnScheme))
        {
            elements.Sequence(ElementKind.SchemeIdentification, new DicomElements().Text(ElementKind.CodeScheme, SegmentCode.OwnScheme)
                .Text(ElementKind.SchemeName, "Names of labels").Text(ElementKind.SchemeOwner, ProductName));
        }

        return elements
            .Text(ElementKind.CharacterSet, _source.CharacterSet).Text(ElementKind.ImageType, @"DERIVED\PRIMARY")
            .Text(ElementKind.SopClass, Storage).Text(ElementKind.SopInstance, instance)
            .Text(ElementKind.ContentDate, now.ToString("yyyyMMdd", CultureInfo.InvariantCulture))
            .Text(ElementKind.ContentTime, now.ToString("HHmmss", CultureInfo.InvariantCulture))
            .Text(ElementKind.Modality, "SEG").Text(ElementKind.Manufacturer, ProductName).Text(ElementKind.ModelName, "SEG-SAM")
            .Text(ElementKind.SerialNumber, "0").Text(ElementKind.SoftwareVersions, SegmentCode.Label(version?.Split('+')[0] ?? "1"))
            .Text(ElementKind.SeriesDescription, SegmentCode.Label(description), _source.Encoding)
            .Sequence(ElementKind.ReferencedSeries, new DicomElements().Text(ElementKind.Series, first.Series)
                .Sequence(ElementKind.ReferencedInstances, _source.Instances.Values.Select(Reference)))
            .Text(ElementKind.Series, DicomElements.NewUid()).Decimals(ElementKind.SeriesNumber, 900)
            .Decimals(ElementKind.InstanceNumber, 1).Text(ElementKind.PositionReference, "")
            .Sequence(ElementKind.Organizations, new DicomElements().Text(ElementKind.OrganizationUid, organization))
            .Sequence(ElementKind.Indices,
                Index("ReferencedSegmentNumber", ElementKind.ReferencedSegment, ElementKind.SegmentIdentification),
                Index("ImagePositionPatient", ElementKind.Position, ElementKind.PlanePosition))
            .Numbers(ElementKind.Samples, 1).Text(ElementKind.Photometric, "MONOCHROME2")
            .Decimals(ElementKind.Frames, _frames.Count)
            .Numbers(ElementKind.Rows, (uint)first.Format.Rows).Numbers(ElementKind.Columns, (uint)first.Format.Columns)
            .Numbers(ElementKind.BitsAllocated, 1).Numbers(ElementKind.BitsStored, 1).Numbers(ElementKind.HighBit, 0)
            .Numbers(ElementKind.IsSigned, 0).Text(ElementKind.SegmentationType, "BINARY")
            .Sequence(ElementKind.Segments, _segments.Select((segment, place) => Segment(place + 1, segment.Label, segment.Name)))
            .Text(ElementKind.ContentLabel, "SEGMENTATION").Text(ElementKind.ContentDescription, "")
            .Text(ElementKind.ContentCreator, "")
            .Sequence(ElementKind.SharedGroups, Shared(first.Place, step))
            .Sequence(ElementKind.FrameGroups, _frames.Select(Frame));

        DicomElements Index(string label, ElementKind pointer, ElementKind group) => new DicomElements()
            .Text(ElementKind.OrganizationUid, organization).Numbers(ElementKind.IndexPointer, pointer.Tag)
            .Numbers(ElementKind.GroupPointer, group.Tag).Text(ElementKind.IndexLabel, label);
    }

    private DicomElements Segment(int number, int label, string name)
    {
        var (category, type) = SegmentCode.Of(name);
        return new DicomElements().Numbers(ElementKind.SegmentNumber, (uint)number)
            .Text(ElementKind.SegmentLabel, name.Length > 0 ? name : FormattableString.Invariant($"label {label}"), _source.Encoding)
            .Text(ElementKind.AlgorithmType, "SEMIAUTOMATIC").Text(ElementKind.AlgorithmName, "SEG-SAM")
            .Sequence(ElementKind.CategoryCode, category.ToElements()).Sequence(ElementKind.TypeCode, type.ToElements(_source.Encoding));
    }

    private static DicomElements Shared(DicomPlace place, double? step)
    {
        var measures = new DicomElements().Decimals(ElementKind.PixelSpacing, place.SpacingY!.Value, place.SpacingX!.Value)
            .Decimals(ElementKind.SliceThickness, step ?? place.Thickness ?? place.SpacingX.Value);
        if (step is not null)
            measures.Decimals(ElementKind.SpacingBetweenSlices, step.Value);
        return new DicomElements().Sequence(ElementKind.PixelMeasures, measures).Sequence(ElementKind.PlaneOrientation,
            new DicomElements().Decimals(ElementKind.Orientation, [.. place.RowDirection!, .. place.ColumnDirection!]));
    }

    private DicomElements Frame((int Segment, int Slice) frame)
    {
        var slice = _slices[frame.Slice];
        var source = Reference(_source.Instances[slice.Path])
            .Sequence(ElementKind.PurposeCode, SegmentCode.SourceImage.ToElements());
        if (slice.Format.Frames > 1)
            source.Decimals(ElementKind.ReferencedFrame, slice.Frame + 1);
        var number = (uint)frame.Segment + 1;
        return new DicomElements()
            .Sequence(ElementKind.DerivationImage, new DicomElements().Sequence(ElementKind.SourceImage, source)
                .Sequence(ElementKind.DerivationCode, SegmentCode.Segmentation.ToElements()))
            .Sequence(ElementKind.FrameContent, new DicomElements().Numbers(ElementKind.IndexValues, number, (uint)frame.Slice + 1))
            .Sequence(ElementKind.PlanePosition, new DicomElements().Decimals(ElementKind.Position, slice.Place.Position!))
            .Sequence(ElementKind.SegmentIdentification, new DicomElements().Numbers(ElementKind.ReferencedSegment, number));
    }

    private static DicomElements Reference((string Class, string Instance) file) => new DicomElements()
        .Text(ElementKind.ReferencedClass, file.Class).Text(ElementKind.ReferencedInstance, file.Instance);

    // The lowest bit first, without padding between frames.
    private void WriteBits(Stream stream)
    {
        var pixels = _slices[0].Format.Pixels;
        var (bytes, used) = (new byte[pixels / 8 + 2], 0);
        foreach (var (segment, slice) in _frames)
        {
            foreach (var run in _runs.Of(slice))
            {
                for (var bit = used + run.Start; run.Label == _segments[segment].Label && bit < used + run.End; bit++)
                    bytes[bit / 8] |= (byte)(1 << bit % 8);
            }

            var (whole, rest) = Math.DivRem(used + pixels, 8);
            stream.Write(bytes, 0, whole);
            var last = bytes[whole];
            Array.Clear(bytes);
            (bytes[0], used) = (last, rest);
        }

        stream.Write(bytes, 0, used > 0 ? 1 : 0);
    }
}
