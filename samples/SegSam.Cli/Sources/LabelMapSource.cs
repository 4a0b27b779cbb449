using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Slices;
using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>Reads a folder with images/ and label maps in masks/: each category of a map becomes a row and a mask file.</summary>
internal sealed class LabelMapSource(LabelNames labels, string masks, SourceReading reading)
{
    private const string FirstChannel = "_0000"; // nnU-Net: one image file for each channel, and one map for all
    private readonly UniqueFileNames _names = new();
    private readonly List<TableRow> _rows = [];
    private readonly HashSet<string> _ignoring = []; // images with ignored pixels

    /// <param name="labels">The categories of the numbers.</param>
    /// <param name="masks">Folder for the mask files.</param>
    /// <exception cref="IOException">A folder is missing, or a file cannot be written; strict: or read.</exception>
    /// <exception cref="InvalidDataException">There are no images; strict: or a map has no image, has another size, is not a label map,
    /// or contains a number without a category.</exception>
    public static IReadOnlyList<TableRow> Read(string folder, LabelNames labels, string masks, SourceReading reading) =>
        new LabelMapSource(labels, masks, reading).Read(folder);

    private List<TableRow> Read(string folder)
    {
        var images = PictureFolder.Images(folder, reading);
        var (index, used, ofChannels) = (new ImageIndex(images), new HashSet<DataPicture>(), new HashSet<(string, string)>());
        foreach (var path in reading.Each(PictureFolder.Masks(folder, reading), "label maps"))
        {
            var image = reading.LeftOut.Try(() => Owner(index, path) ?? throw new InvalidDataException(
                $"The label map '{path.Path}' has no image; expected one called '{path.Name}' or '{path.Name}{FirstChannel}' in images/"),
                "label maps without an image, or with several");
            if (image is null)
                continue;
            used.Add(image);
            if (image.Name != path.Name)
                ofChannels.Add((string.Join('/', image.Folders), path.Name));
            if (reading.LeftOut.Try(() => Map(path, image)) is { } map)
                Add(path, image, map);
        }

        if (_ignoring.Count > 0)
        {
            reading.Note($"{NumberText.Plural(_ignoring.Count, "image")} with pixels of the label 'ignore', which count as background; " +
                $"the first: {_ignoring.First()}.");
        }

        foreach (var image in images.Where(image => !used.Contains(image) && image.Name.LastIndexOf('_') is var cut and >= 0
            && ofChannels.Contains((string.Join('/', image.Folders), image.Name[..cut]))))
        {
            used.Add(image);
            reading.LeftOut.Count("further channels of images; channel 0 is used", image.Id);
        }

        PictureFolder.CountOthers(images, used, reading);
        return _rows;
    }

    private static DataPicture? Owner(ImageIndex index, DataPicture map)
    {
        var owner = index.Same(map) ?? index.Same(map with { Name = map.Name + FirstChannel });
        return owner is null || (owner.Folders.Count > 0 && owner.Image.Folders.Count > 0) ? null : owner.Image;
    }

    private LabelMap? Map(DataPicture path, DataPicture image)
    {
        var map = new LabelMap(ImageFile.ReadLabels(path.Path, out var height, out var width), height, width);
        using var pixels = ImageFile.Read(image.Path);
        if ((pixels.Width, pixels.Height) == (map.Width, map.Height))
            return map;
        reading.LeftOut.Add("label maps with another size than their image",
            $"The label map '{path.Path}' is {map.Width} x {map.Height} pixels, its image {pixels.Width} x {pixels.Height}; "
            + "they must have the same size");
        return null;
    }

    private void Add(DataPicture path, DataPicture image, LabelMap map)
    {
        // 0 is the background
        var levels = new SortedSet<int>(map.Numbers.Distinct().Select(number => (int)number).Where(number => number != 0));
        var named = string.Join(", ", labels.Categories.SelectMany(category => category.Numbers).Distinct().Order());
        if (levels.Count == 0)
            reading.LeftOut.Add("label maps without an object", $"The label map '{path.Path}' is empty: all pixels are 0");
        foreach (var level in levels.Where(level => !labels.Ignored.Contains(level)
            && !labels.Categories.Any(category => category.Numbers.Contains(level))))
        {
            reading.LeftOut.Add($"objects with the number {level}, which has no category",
                $"The label map '{path.Path}' contains the number {level}, which --labels does not name; it names {named}");
        }

        if (levels.Overlaps(labels.Ignored))
            _ignoring.Add(image.Id);
        foreach (var (category, numbers) in labels.Categories.Where(category => levels.Overlaps(category.Numbers)))
        {
            var file = Path.Combine(masks, _names.Next($"{path.Name}_{category}_{_rows.Count + 1}", ".png"));
            var pixels = Array.ConvertAll(map.Numbers, number => numbers.Contains((int)number));
            var mask = SegmentationMask.FromPixels(pixels, map.Height, map.Width);
            OutputFile.Write(file, PngEncoder.Of(mask));
            var box = mask.Box!.Value;
            _rows.Add(new TableRow
            {
                ImagePath = image.Path, MaskPath = file, Category = category, ImageId = image.Id,
                CaseId = SliceName.Of(image.Id).CaseId, Box = [box.X0, box.Y0, box.X1, box.Y1],
            });
        }
    }

    // The numbers of all pixels, row by row.
    private sealed record LabelMap(uint[] Numbers, int Height, int Width);
}
