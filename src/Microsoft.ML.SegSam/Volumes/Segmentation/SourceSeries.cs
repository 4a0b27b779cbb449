using System.Text;
using Microsoft.ML.SegSam.Volumes.Dicom;

namespace Microsoft.ML.SegSam.Volumes.Segmentation;

/// <summary>
/// What a segmentation repeats of the images that it belongs to: patient, study, and how to refer to each slice. It is read from their
/// files when a segmentation is written, and is nowhere else in memory.
/// </summary>
/// <param name="Repeated">Values as they are in the first file, or in UTF-8 where its character set is known.</param>
/// <param name="CharacterSet">Of the values.</param>
/// <param name="Encoding">Of the values, as far as it is one that other texts can be written in.</param>
/// <param name="Instances">Class and instance of each file.</param>
internal sealed record SourceSeries(
    IReadOnlyDictionary<ElementKind, byte[]> Repeated, string CharacterSet, Encoding Encoding,
    IReadOnlyDictionary<string, (string Class, string Instance)> Instances)
{
    private const string Unicode = "ISO_IR 192";

    private static readonly ElementKind[] Needed =
    [
        ElementKind.PatientName, ElementKind.PatientId, ElementKind.BirthDate, ElementKind.Sex, ElementKind.StudyDate,
        ElementKind.StudyTime, ElementKind.AccessionNumber, ElementKind.ReferringPhysician, ElementKind.StudyId,
    ];

    private static readonly ElementKind[] Others =
        [ElementKind.Study, ElementKind.FrameOfReference, ElementKind.LossyCompression, ElementKind.LossyRatio, ElementKind.LossyMethod];

    // Archives and media ask for these, so they are not left empty.
    private static readonly Dictionary<ElementKind, string> Placeholders = new()
    {
        [ElementKind.PatientId] = "ANONYMOUS", [ElementKind.StudyId] = "0", [ElementKind.StudyDate] = "19000101",
        [ElementKind.StudyTime] = "000000",
    };

    // Classes of images that do not say theirs, by modality: of one slice, and enhanced (our choice).
    private static readonly Dictionary<string, (string One, string Enhanced)> Classes = new()
    {
        ["CT"] = ("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1"),
        ["MR"] = ("1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1"),
        ["PT"] = ("1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.130"),
    };

    // Sets of single bytes, and two of several, by their code pages (PS3.3, C.12.1.1.2).
    private static readonly Dictionary<string, int> CodePages = new()
    {
        [""] = 28591, ["ISO_IR 6"] = 28591, ["ISO_IR 100"] = 28591, ["ISO_IR 101"] = 28592, ["ISO_IR 109"] = 28593, ["ISO_IR 110"] = 28594,
        ["ISO_IR 144"] = 28595, ["ISO_IR 127"] = 28596, ["ISO_IR 126"] = 28597, ["ISO_IR 138"] = 28598, ["ISO_IR 148"] = 28599,
        ["ISO_IR 166"] = 874, ["GB18030"] = 54936, ["GBK"] = 936,
    };

    /// <param name="isAnonymous">Leaves out who the patient is; the study remains the same.</param>
    /// <exception cref="IOException">A file is gone, or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file changed, or has nothing to refer to it by; the message names it.</exception>
    public static SourceSeries Read(IReadOnlyList<DicomSlice> slices, bool isAnonymous, string temporaryFolder)
    {
        var instances = new Dictionary<string, (string, string)>();
        DicomDataset? first = null;
        foreach (var path in slices.Select(slice => slice.Path).Distinct())
        {
            DicomTag[] kept = first is null ? [.. Needed.Concat(Others).Select(kind => (DicomTag)kind.Tag)] : [];
            using var file = DicomParser.Open(path, temporaryFolder, _ => null, kept);
            first ??= file.Dataset;
            var instance = file.Dataset.Text(DicomTag.SopInstance) ?? file.Dataset.Text(DicomTag.MediaInstance)
                ?? throw new InvalidDataException($"'{path}' has no SOPInstanceUID, by which a segmentation refers to it. "
                    + "Write the labels by Save(\".nii.gz\").");
            instances[path] = (ClassOf(file.Dataset), instance);
        }

        if (first?.Text((DicomTag)ElementKind.Study.Tag) is null)
        {
            throw new InvalidDataException($"'{slices[0].Path}' has no StudyInstanceUID, by which a segmentation belongs to its study. "
                + "Write the labels by Save(\".nii.gz\").");
        }

        return Repeat(first, isAnonymous, instances);
    }

    /// <summary>The FrameOfReferenceUID of a slice's file; null where it is missing.</summary>
    public static string? FrameOfReferenceOf(DicomSlice slice, string temporaryFolder)
    {
        using var file = DicomParser.Open(slice.Path, temporaryFolder, _ => null);
        return file.Dataset.Text(DicomTag.FrameOfReference);
    }

    private static string ClassOf(DicomDataset dataset)
    {
        const string Captured = "1.2.840.10008.5.1.4.1.1.7";
        var (one, enhanced) = Classes.GetValueOrDefault(dataset.Text(DicomTag.Modality) ?? "", (Captured, Captured));
        return dataset.Text(DicomTag.SopClass) ?? dataset.Text(DicomTag.MediaClass)
            ?? (dataset.Items(DicomTag.FrameGroups).Count > 0 ? enhanced : one);
    }

    private static SourceSeries Repeat(DicomDataset first, bool isAnonymous, Dictionary<string, (string, string)> instances)
    {
        var set = first.Text(DicomTag.CharacterSet) ?? "";
        var values = Needed.ToDictionary(kind => kind, kind => isAnonymous
            ? Encoding.ASCII.GetBytes(Placeholders.GetValueOrDefault(kind, "")) : first.Bytes((DicomTag)kind.Tag) ?? []);
        var isPlain = values.Values.All(value => !value.AsSpan().ContainsAnyExceptInRange((byte)' ', (byte)'~'));
        var known = CodePages.TryGetValue(set, out var page)
            ? CodePagesEncodingProvider.Instance.GetEncoding(page) ?? Encoding.GetEncoding(page) : null;
        if (!isPlain && set != Unicode && known is not null)
        {
            foreach (var (kind, value) in values)
                values[kind] = Encoding.UTF8.GetBytes(known.GetString(value));
        }

        // Other sets switch between alphabets by escape sequences: their bytes are repeated as they are, and labels are ASCII.
        var isUnicode = isPlain || set == Unicode || known is not null;
        foreach (var kind in Others)
        {
            if (first.Bytes((DicomTag)kind.Tag) is { Length: > 0 } value)
                values[kind] = value;
        }

        return new(values, isUnicode ? Unicode : set, isUnicode ? Encoding.UTF8 : Encoding.ASCII, instances);
    }
}
