using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Dicom;

/// <summary>An image file: its layout, the place of each frame, and its frames.</summary>
internal sealed class DicomImage : IDisposable
{
    private static readonly Dictionary<string, string> NoImages = new()
    {
        ["1.2.840.10008.5.1.4.1.1.66.4"] = "a segmentation (SEG)", ["1.2.840.10008.5.1.4.1.1.66.7"] = "a segmentation (SEG, label map)",
        ["1.2.840.10008.5.1.4.1.1.104.1"] = "a PDF",
        ["1.2.840.10008.5.1.4.1.1.481.3"] = "contours (RTSTRUCT)", ["1.2.840.10008.1.3.10"] = "a directory (DICOMDIR)",
    };

    private readonly DicomFile _file;
    private readonly List<string> _warnings = [];

    private DicomImage(DicomFile file)
    {
        _file = file;
        if (NameOf(file.Dataset) is { } kind)
            throw new NoImageException(kind);
        Format = DicomFormat.Of(file.Dataset);
        if (file.Dataset.Items(DicomTag.ModalityTable).Count > 0)
        {
            throw new NotSupportedException(
                "Values that a Modality LUT makes are not read; convert the file first, for example by dcm2niix.");
        }

        if (file.Dataset.Items(DicomTag.DisplayTable).Count > 0)
            _warnings.Add("The file suggests a table (VOI LUT) to show it by, which is not used.");
        if (Format.Photometric == "PALETTE COLOR")
            _ = DicomPalette.Of(file.Dataset);
        Pixels = new(file, Format);
        Places = [.. Enumerable.Range(0, Format.Frames).Select(frame => DicomPlace.Of(GroupsOf(frame), Warn))];
        Windows = [.. WindowsOf(GroupsOf(0))];
    }

    public DicomFormat Format { get; }

    public DicomPixels Pixels { get; }

    /// <summary>Of each frame.</summary>
    public IReadOnlyList<DicomPlace> Places { get; }

    /// <summary>What the file suggests to be shown by, the first as its default.</summary>
    public IReadOnlyList<DisplayWindow> Windows { get; }

    public IReadOnlyList<string> Warnings => _warnings;

    public DicomDataset Dataset => _file.Dataset;

    public string Path => _file.Path;

    /// <summary>The code of what made the image, such as "CT"; null where it is missing.</summary>
    public string? Modality => Dataset.Text(DicomTag.Modality);

    public string? SeriesDescription => Dataset.WrittenText(DicomTag.SeriesDescription, Dataset.Text(DicomTag.CharacterSet));

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or is no DICOM image.</exception>
    /// <exception cref="NotSupportedException">Its transfer syntax or its layout is not read.</exception>
    public static DicomImage Open(string path, string temporaryFolder) => Of(DicomParser.Open(path, temporaryFolder, NameOf));

    /// <summary>Reads a file that is in memory.</summary>
    /// <inheritdoc cref="Open(string, string)"/>
    public static DicomImage Open(VoxelBytes bytes, string temporaryFolder) =>
        Of(DicomParser.Open(bytes, path: "", temporaryFolder, NameOf));

    private static DicomImage Of(DicomFile file)
    {
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

    /// <summary>What a file is that is no image; null for an image.</summary>
    public static string? NameOf(DicomDataset dataset) =>
        (dataset.Text(DicomTag.SopClass) ?? dataset.Text(DicomTag.MediaClass)) is not { } uid ? null
        : NoImages.TryGetValue(uid, out var name) ? name
        : uid.StartsWith("1.2.840.10008.5.1.4.1.1.88.", StringComparison.Ordinal) ? "a report (SR)"
        : uid.StartsWith("1.2.840.10008.5.1.4.1.1.11.", StringComparison.Ordinal) ? "a way to show images (PR)" : null;

    /// <summary>What says something of a frame, the most particular first: its own groups, those of all, the file.</summary>
    public IReadOnlyList<DicomDataset> GroupsOf(int frame) => GroupsOf(Dataset, frame);

    /// <inheritdoc cref="GroupsOf(int)"/>
    public static IReadOnlyList<DicomDataset> GroupsOf(DicomDataset dataset, int frame)
    {
        var frames = dataset.Items(DicomTag.FrameGroups);
        DicomDataset[] groups = [.. frames.Skip(frame).Take(1), .. dataset.Items(DicomTag.SharedGroups).Take(1)];
        return [.. groups.SelectMany(group => ((DicomTag[])[DicomTag.PlanePosition, DicomTag.PlaneOrientation, DicomTag.PixelMeasures,
            DicomTag.PixelTransformation, DicomTag.FrameWindow, DicomTag.FrameContent, DicomTag.SegmentIdentification])
            .SelectMany(group.Items)), dataset];
    }

    /// <summary>Values of a gray frame: stored · slope + intercept.</summary>
    public double[] Values(int frame) =>
        Array.ConvertAll(Pixels.Stored(frame), stored => stored * Places[frame].Slope + Places[frame].Intercept);

    /// <summary>Values of a gray frame; of one with colors red, green and blue of each pixel.</summary>
    public double[] Numbers(int frame) =>
        Format.IsColor ? Array.ConvertAll(Pixels.Colors(frame), value => (double)value) : Values(frame);

    public void Dispose() => _file.Dispose();

    // Against the standard, and of no use: a width of 0 or less, and numbers with a comma.
    private static IEnumerable<DisplayWindow> WindowsOf(IReadOnlyList<DicomDataset> groups)
    {
        if (groups.FirstOrDefault(group => group.Has(DicomTag.WindowCenter)) is not { } group)
            return [];
        var function = group.Text(DicomTag.WindowFunction) switch
        {
            "LINEAR_EXACT" => WindowFunction.LinearExact, "SIGMOID" => WindowFunction.Sigmoid, _ => WindowFunction.Linear,
        };
        var leastWidth = function == WindowFunction.Linear ? 1 : double.Epsilon;
        return group.Decimals(DicomTag.WindowCenter).Zip(group.Decimals(DicomTag.WindowWidth))
            .Where(pair => double.IsFinite(pair.First) && double.IsFinite(pair.Second) && pair.Second >= leastWidth)
            .Select(pair => new DisplayWindow(pair.First, pair.Second, function));
    }

    private void Warn(string text)
    {
        if (!_warnings.Contains(text))
            _warnings.Add(text);
    }
}
