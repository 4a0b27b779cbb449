using Microsoft.ML.SegSam.Imaging;
using SampleKit;
using SegSam.Cli.Output;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>COCO's object annotations: each becomes a row, and its segmentation a mask file.</summary>
internal static class CocoSource
{
    /// <param name="images">Where the pictures are; null: beside the annotations.</param>
    /// <param name="masks">Folder for the mask files.</param>
    /// <exception cref="IOException">A picture is missing, or a file cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">The annotations make no sense; the message names the one.</exception>
    public static IReadOnlyList<TableRow> Read(string path, string? images, string masks, SourceReading reading)
    {
        var document = CocoDocument.Read(path);
        var folder = images ?? Path.GetDirectoryName(Path.GetFullPath(path))!;
        var byId = document.Images.ToDictionary(image => image.Id);
        var categories = document.Categories.ToDictionary(category => category.Id, category => category.Name);
        var (rows, crowds, empty, checkedImages) = (new List<TableRow>(), 0, 0, new HashSet<long>());
        foreach (var one in reading.Each(document.Annotations, "annotations"))
        {
            var image = byId.TryGetValue(one.ImageId, out var found) ? found : throw Bad(path, one, $"image {one.ImageId} is not in the list of images");
            var category = categories.TryGetValue(one.CategoryId, out var name) ? name : throw Bad(path, one, $"category {one.CategoryId} is not in the list of categories");
            var picture = Path.Combine(folder, image.FileName);
            if (checkedImages.Add(image.Id))
                Check(picture, image);
            if (one.Iscrowd != 0)
            {
                crowds++;
                continue;
            }

            var mask = CocoMask.Read(one.Segmentation, image.Height, image.Width, problem => Bad(path, one, problem));
            if (mask.Box is not { } box)
            {
                empty++;
                continue;
            }

            var file = Path.Combine(masks, $"{Pictures.FileName(Path.GetFileNameWithoutExtension(image.FileName))}_{Pictures.FileName(category)}_{one.Id}.png");
            GrayPicture.Write(file, mask.ToPixels(), mask.Height, mask.Width);
            rows.Add(new TableRow { ImagePath = picture, MaskPath = file, Category = category, ImageId = image.FileName, Box = [box.X0, box.Y0, box.X1, box.Y1] });
        }

        if (crowds > 0)
            reading.Note($"Left out: {Words.Several(crowds, "crowd region")}, which mean no single object.");
        if (empty > 0)
            reading.Note($"Left out: {Words.Several(empty, "annotation")} without a pixel, which no prompt can point at.");
        return rows;
    }

    private static void Check(string picture, CocoImage image)
    {
        if (!File.Exists(picture))
            throw new FileNotFoundException($"There is no picture '{picture}', which the annotations name; --images says where pictures are.");
        using var pixels = ImageFile.Read(picture);
        if ((pixels.Height, pixels.Width) != (image.Height, image.Width))
            throw new InvalidDataException($"'{picture}' is {pixels.Width} x {pixels.Height} pixels, but its annotations are made for {image.Width} x {image.Height}.");
    }

    private static InvalidDataException Bad(string path, CocoAnnotation one, string problem) => new($"{path}, annotation {one.Id}: {problem}.");
}
