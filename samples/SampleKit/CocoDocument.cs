using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.SegSam.Imaging;

namespace SampleKit;

/// <summary>An image of a COCO document.</summary>
public sealed record CocoImage(string FileName, int Height, int Width);

/// <summary>An object of a COCO document.</summary>
/// <param name="Image">Index of its image in the list of images, from 0.</param>
/// <param name="Score">0 to 1 for a prediction; null for ground truth.</param>
public sealed record CocoObject(int Image, string Category, SegmentationMask Mask, float? Score = null);

/// <summary>COCO object annotations as pycocotools reads them, with masks as compressed run lengths, which are lossless.</summary>
/// <remarks>Format: https://cocodataset.org/#format-data.</remarks>
public static class CocoDocument
{
    /// <summary>Writes the annotations to a file.</summary>
    /// <inheritdoc cref="Of"/>
    /// <exception cref="IOException">The file cannot be written; a previous file stays.</exception>
    public static void Write(
        string path, string program, IReadOnlyList<string> categories, IReadOnlyList<CocoImage> images, IEnumerable<CocoObject> objects) =>
        OutputFile.Write(path, Of(program, categories, images, objects).ToJsonString());

    /// <param name="program">The program that made the annotations; goes into the description.</param>
    /// <param name="categories">Names; their ids count from 1 in this order.</param>
    /// <param name="images">Their ids count from 1 in this order.</param>
    /// <param name="objects">Their ids count from 1 in this order; each category is one of the names.</param>
    public static JsonObject Of(
        string program, IReadOnlyList<string> categories, IReadOnlyList<CocoImage> images, IEnumerable<CocoObject> objects)
    {
        var (now, ids) = (DateTime.UtcNow, categories.Index().ToDictionary(category => category.Item, category => category.Index + 1));
        return new()
        {
            ["info"] = new JsonObject
            {
                ["description"] = $"Made with {program}. Not for diagnosis.",
                ["version"] = "1.0",
                ["year"] = now.Year,
                ["date_created"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            },
            ["licenses"] = new JsonArray(),
            ["images"] = new JsonArray([.. images.Select((image, i) => new JsonObject
            {
                ["id"] = i + 1,
                ["file_name"] = image.FileName,
                ["height"] = image.Height,
                ["width"] = image.Width,
            })]),
            ["categories"] = new JsonArray([.. categories.Select(name => new JsonObject
            {
                ["id"] = ids[name],
                ["name"] = name,
                ["supercategory"] = "",
            })]),
            ["annotations"] = new JsonArray([.. objects.Select((item, i) => Annotation(item, i + 1, ids[item.Category]))]),
        };
    }

    private static JsonObject Annotation(CocoObject item, int id, int category)
    {
        var mask = item.Mask;
        var annotation = new JsonObject
        {
            ["id"] = id,
            ["image_id"] = item.Image + 1,
            ["category_id"] = category,
            ["segmentation"] = new JsonObject
            {
                ["size"] = new JsonArray(mask.Height, mask.Width),
                ["counts"] = mask.ToCocoText(),
            },
            ["area"] = mask.Area,
            ["bbox"] = mask.Box is { } box ? new JsonArray(box.X0, box.Y0, box.Width, box.Height) : new JsonArray(0, 0, 0, 0),
            ["iscrowd"] = 0,
        };
        if (item.Score is { } score)
            annotation["score"] = score;
        return annotation;
    }
}
