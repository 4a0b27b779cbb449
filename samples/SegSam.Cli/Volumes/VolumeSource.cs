using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Slices;
using Microsoft.ML.SegSam.Volumes;
using SampleKit;
using SegSam.Cli.Sources;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Volumes;

/// <summary>
/// Writes the slices of volumes and the masks on them as files, as ml.Data.LoadSlices reads them. Images are named and listed as in
/// SA-Med2D-20M.
/// </summary>
internal sealed class VolumeSource
{
    /// <summary>nnU-Net's name for areas that nobody labeled.</summary>
    public const string Ignored = "ignore";

    private static readonly string[] Parts = ["images", "masks"];
    private readonly MLContext _ml = new();
    private readonly SliceOptions _options;
    private readonly string _folder;
    private readonly SourceReading _reading;
    private readonly UniqueFileNames _images = new(), _masks = new();
    private readonly List<string> _written = []; // of the running case

    private VolumeSource(SliceOptions options, string folder, SourceReading reading) =>
        (_options, _folder, _reading) = (options, folder, reading);

    private string Partial => _folder + ".partial";

    /// <param name="folder">Where images/, masks/ and the list come to lie, once all are written; what is there of them is
    /// replaced.</param>
    /// <exception cref="IOException">A file cannot be written; strict: or read.</exception>
    /// <exception cref="InvalidDataException">Strict: a file is damaged, labels lie on another grid, or one has no name.</exception>
    /// <exception cref="OperationCanceledException">Canceled; nothing is left.</exception>
    public static IReadOnlyList<TableRow> Read(
        IReadOnlyList<VolumeCase> cases, SliceOptions options, string folder, SourceReading reading) =>
        new VolumeSource(options, folder, reading).Read(cases);

    private List<TableRow> Read(IReadOnlyList<VolumeCase> cases)
    {
        var rows = new List<TableRow>();
        try
        {
            Delete(Partial);
            foreach (var item in _reading.Each(cases, "volumes"))
            {
                _written.Clear();
                if (_reading.LeftOut.Try(() => Case(item), "volumes that cannot be used") is { } found)
                    rows.AddRange(found);
                else
                    _written.ForEach(File.Delete);
            }

            if (rows.Count > 0)
                MoveIntoPlace(rows);
        }
        finally
        {
            Delete(Partial);
        }

        var window = _options.Window?.ToString();
        _reading.Note($"A table does not say how volumes were cut. Say it when the model predicts on volumes: --plane "
            + $"{_options.Plane.ToString().ToLowerInvariant()}{(window is null ? "" : $" --window {window}")}.");
        return rows;
    }

    // The library leaves small objects out without a word; here they are counted.
    private List<TableRow> Case(VolumeCase item)
    {
        var data = _ml.Data.LoadSlices([item],
            new() { Plane = _options.Plane, Window = _options.Window, Every = _options.Every, MinPixels = 1 });
        var (rows, images) = (new List<TableRow>(), new Dictionary<string, string>());
        try
        {
            foreach (var row in _ml.Data.CreateEnumerable<SlicedObject>(data, reuseRowObject: false))
            {
                _reading.Cancel.ThrowIfCancellationRequested();
                if (Add(row, images) is { } added)
                    rows.Add(added);
            }
        }
        catch (Exception failure) when (failure is NotSupportedException or InvalidDataException)
        {
            throw new InvalidDataException(failure.Message.Replace("Give VolumeCase.Names.", item.Dataset.Length > 0
                ? "Name it in the \"labels\" of dataset.json." : "Name it by --labels FILE.json, such as {\"1\": \"liver\"}.",
                StringComparison.Ordinal), failure);
        }

        if (rows.Count == 0)
            _reading.LeftOut.Count("volumes without an object that can be used", item.ImagePath);
        return rows;
    }

    private TableRow? Add(SlicedObject row, Dictionary<string, string> images)
    {
        using var picture = ImageFile.Decode(row.Mask);
        var area = SegmentationMask.FromImage(picture).Area;
        var place = FormattableString.Invariant($"'{row.Category}' on slice {row.SliceIndex} of {row.CaseId}");
        if (row.Category.Equals(Ignored, StringComparison.OrdinalIgnoreCase))
        {
            _reading.LeftOut.Count("areas of the label 'ignore'", place);
            return null;
        }

        if (area < _options.MinPixels)
        {
            _reading.LeftOut.Count(FormattableString.Invariant($"objects of fewer than {_options.MinPixels} pixels on a slice"),
                FormattableString.Invariant($"{place} has {area}"));
            return null;
        }

        if (!images.TryGetValue(row.ImageId, out var image))
            images[row.ImageId] = image = Write(Parts[0], _images.Next(NameOf(row), ".png"), row.Image);
        var mask = Write(Parts[1], _masks.Next($"{Path.GetFileNameWithoutExtension(image)}_{row.Category}", "_000.png"), row.Mask);
        return new()
        {
            ImagePath = image, MaskPath = mask, Category = row.Category, ImageId = row.ImageId, Box = row.Box, CaseId = row.CaseId,
            Dataset = row.Dataset, Modality = row.Modality.ToLowerInvariant(),
        };
    }

    // MODALITY_00--DATASET--CASE--AXIS_SLICE; the axis is the one that slices are counted on.
    private string NameOf(SlicedObject row)
    {
        var modality = row.Modality.Length == 0 ? "image" : row.Modality.ToLowerInvariant();
        var dataset = row.Dataset.Length == 0 ? "volume" : row.Dataset;
        var axis = _options.Plane switch
        {
            SlicePlane.Sagittal => 'x', SlicePlane.Coronal => 'y', _ => 'z',
        };
        return FormattableString.Invariant($"{modality}_00--{dataset}--{row.CaseId}--{axis}_{row.SliceIndex:0000}");
    }

    // Returns where the file will lie.
    private string Write(string part, string name, byte[] content)
    {
        var path = Path.Combine(Partial, part, name);
        OutputFile.Write(path, content);
        _written.Add(path);
        return Path.Combine(_folder, part, name);
    }

    private void MoveIntoPlace(List<TableRow> rows)
    {
        var list = Path.Combine(Partial, SliceFiles.ListName);
        OutputFile.Write(list, JsonSerializer.SerializeToUtf8Bytes(rows.GroupBy(row => Below(row.ImagePath))
            .ToDictionary(image => image.Key, image => image.Select(row => Below(row.MaskPath)).ToArray())));
        Directory.CreateDirectory(_folder);
        foreach (var part in Parts)
        {
            var place = Path.Combine(_folder, part);
            Delete(place);
            Directory.Move(Path.Combine(Partial, part), place);
        }

        File.Move(list, Path.Combine(_folder, SliceFiles.ListName), overwrite: true);
    }

    private string Below(string path) => DataFiles.IdOf(_folder, path);

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private sealed class SlicedObject
    {
        public byte[] Image { get; set; } = [];

        public byte[] Mask { get; set; } = [];

        public float[] Box { get; set; } = [];

        public string Category { get; set; } = "";

        public string CaseId { get; set; } = "";

        public string ImageId { get; set; } = "";

        public string Dataset { get; set; } = "";

        public string Modality { get; set; } = "";

        public int SliceIndex { get; set; }
    }
}
