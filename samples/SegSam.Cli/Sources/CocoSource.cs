using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;
using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>Reads COCO object annotations: each becomes a row, and its segmentation a mask file.</summary>
internal sealed class CocoSource(string path, string? images, string masks, SourceReading reading)
{
    private readonly string _folder = images ?? Path.GetDirectoryName(Path.GetFullPath(path))!;
    private readonly Dictionary<string, Found> _found = [];
    private readonly UniqueFileNames _names = new();
    private readonly HashSet<string> _ids = [], _annotated = [];
    private int _withoutId;

    /// <param name="images">Folder of the images; null: the folder of the annotations.</param>
    /// <param name="masks">Folder for the mask files.</param>
    /// <exception cref="IOException">A file cannot be written; strict: or an image is missing.</exception>
    /// <exception cref="InvalidDataException">The file does not contain COCO annotations, or has duplicate ids; strict: or an annotation is
    /// invalid.</exception>
    public static IReadOnlyList<TableRow> Read(string path, string? images, string masks, SourceReading reading) =>
        new CocoSource(path, images, masks, reading).Read();

    private List<TableRow> Read()
    {
        var (file, rows, number) = (CocoFile.Read(path), new List<TableRow>(), 0);
        foreach (var item in reading.Each(file.Annotations, "annotations"))
        {
            var id = CocoFile.Id(item, "id");
            number++;
            if (id is null || !_ids.Add(id))
                _withoutId++;
            var about = $"{path}, annotation {id ?? $"number {number}"}";
            if (reading.LeftOut.Try(() => Object(item, about, file), "invalid annotations") is not { } found)
                continue;
            var (picture, category, mask) = found;
            var ending = id ?? number.ToString(CultureInfo.InvariantCulture);
            var name = _names.Next($"{Path.GetFileNameWithoutExtension(picture.Path)}_{category}_{ending}", ".png");
            OutputFile.Write(Path.Combine(masks, name), PngEncoder.Of(mask));
            var box = mask.Box!.Value;
            rows.Add(new TableRow
            {
                ImagePath = picture.Path, MaskPath = Path.Combine(masks, name), Category = category, ImageId = picture.Id,
                Box = [box.X0, box.Y0, box.X1, box.Y1],
            });
        }

        if (_withoutId > 0)
        {
            reading.Note($"{NumberText.Plural(_withoutId, "annotation")} without an id, or with the id of another; "
                + "each got its own mask file.");
        }

        string[] without = [.. file.Images.Values.Select(image => image.FileName).Except(_annotated)];
        if (without.Length > 0)
            reading.LeftOut.Count("images without an annotation", without[0], without.Length);
        return rows;
    }

    private Segmented? Object(JsonElement item, string about, CocoFile file)
    {
        if (IsCrowd(item))
        {
            reading.LeftOut.Count("crowd regions, which are not single objects", about);
            return null;
        }

        var imageId = CocoFile.Id(item, "image_id");
        if (imageId is null || !file.Images.TryGetValue(imageId, out var image))
        {
            throw new InvalidDataException(
                $"{about}: image {imageId ?? "(no id)"} is not in the list of images, or has no file_name there");
        }

        _annotated.Add(image.FileName);
        var categoryId = CocoFile.Id(item, "category_id");
        if (categoryId is null || !file.Categories.TryGetValue(categoryId, out var category))
        {
            throw new InvalidDataException(
                $"{about}: category {categoryId ?? "(no id)"} is not in the list of categories, or has no name there");
        }

        if (CocoFile.Get(item, "bbox") is { ValueKind: JsonValueKind.Array } bbox
            && bbox.EnumerateArray().Any(number => number.ValueKind != JsonValueKind.Number))
        {
            throw new InvalidDataException($"{about}: its bbox is {bbox.GetRawText()}; expected finite numbers");
        }

        if (!_found.TryGetValue(imageId, out var picture))
            _found[imageId] = picture = Picture(image);
        if (picture.Problem is { } problem)
        {
            reading.LeftOut.Add("annotations of images that cannot be used", problem);
            return null;
        }

        var (mask, strays) = Mask(item, about, picture);
        if (strays > 0)
        {
            reading.LeftOut.Add("stray polygons of fewer than 3 corners, in annotations with other polygons",
                $"{about}: a polygon has fewer than 3 corners");
        }

        if (mask.Area > 0)
            return new(picture, category, mask);
        reading.LeftOut.Add("annotations without a pixel",
            $"{about}: it has no segmentation, or an empty one; expected polygons [[x, y, ...], ...] or run lengths {{size, counts}}");
        return null;
    }

    private static (SegmentationMask Mask, int Strays) Mask(JsonElement item, string about, Found picture)
    {
        try
        {
            return CocoMask.Read(CocoFile.Get(item, "segmentation"), picture.Height, picture.Width);
        }
        catch (InvalidDataException wrong)
        {
            throw new InvalidDataException($"{about}: {wrong.Message}", wrong);
        }
    }

    private static bool IsCrowd(JsonElement item) => CocoFile.Get(item, "iscrowd") is var crowd
        && (crowd.ValueKind == JsonValueKind.True || CocoFile.Id(item, "iscrowd") is not (null or "0"));

    private Found Picture(CocoImage image)
    {
        // Paths written on Windows have backslashes; on other systems a file name may contain one.
        var name = File.Exists(Path.Combine(_folder, image.FileName)) ? image.FileName : image.FileName.Replace('\\', '/');
        var picture = Path.Combine(_folder, name);
        if (!File.Exists(picture))
        {
            return new(picture, name, 0, 0,
                $"There is no image '{picture}', which the annotations name; set --images to the folder of the images");
        }

        try
        {
            using var pixels = ImageFile.Read(picture);
            var isSame = (image.Height == 0 || image.Height == pixels.Height) && (image.Width == 0 || image.Width == pixels.Width);
            var isTurned = (image.Height, image.Width) == (pixels.Width, pixels.Height);
            return new(picture, name, pixels.Height, pixels.Width, isSame ? null
                : $"'{picture}' is {pixels.Width} x {pixels.Height} pixels, but its annotations are for {image.Width} x {image.Height}"
                    + (isTurned ? ": images are rotated upright according to EXIF, and the annotations seem to be made without that" : ""));
        }
        catch (Exception wrong) when (wrong is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return new(picture, name, 0, 0, wrong.Message);
        }
    }

    /// <summary>An image in its file.</summary>
    /// <param name="Problem">Why it cannot be used; null if it can.</param>
    private sealed record Found(string Path, string Id, int Height, int Width, string? Problem);

    private sealed record Segmented(Found Picture, string Category, SegmentationMask Mask);
}
