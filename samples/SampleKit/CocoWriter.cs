using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.SegSam.Imaging;

namespace SampleKit;

/// <summary>An image of a COCO document.</summary>
public sealed record CocoImage(string FileName, int Height, int Width);

/// <summary>An object of a COCO document.</summary>
/// <param name="Image">Place of its image in the list.</param>
/// <param name="Score">0 to 1 where a model named it; null: it is the truth.</param>
public sealed record CocoObject(int Image, string Category, SegmentationMask Mask, float? Score = null);

/// <summary>Writes COCO's object annotations as pycocotools reads them, with masks as compressed run lengths, which lose nothing.</summary>
/// <remarks>The form: https://cocodataset.org/#format-data.</remarks>
public static class CocoWriter
{
    /// <param name="categories">Names; their ids count from 1 in this order.</param>
    /// <param name="images">Their ids count from 1 in this order.</param>
    /// <param name="objects">Their ids count from 1 in this order; each category is one of the names.</param>
    /// <param name="description">Of the whole document.</param>
    /// <param name="created">When it was made.</param>
    public static JsonObject Write(IReadOnlyList<string> categories, IReadOnlyList<CocoImage> images, IEnumerable<CocoObject> objects,
        string description, DateTimeOffset created)
    {
        var ids = categories.Select((name, i) => (name, Id: i + 1)).ToDictionary(each => each.name, each => each.Id);
        return new()
        {
            ["info"] = new JsonObject
            {
                ["description"] = description,
                ["version"] = "1.0",
                ["year"] = created.UtcDateTime.Year,
                ["date_created"] = created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            },
            ["licenses"] = new JsonArray(),
            ["images"] = new JsonArray([.. images.Select((image, i) => new JsonObject
            {
                ["id"] = i + 1,
                ["file_name"] = image.FileName,
                ["height"] = image.Height,
                ["width"] = image.Width,
            })]),
            ["categories"] = new JsonArray([.. categories.Select(name => new JsonObject { ["id"] = ids[name], ["name"] = name, ["supercategory"] = "" })]),
            ["annotations"] = new JsonArray([.. objects.Select((each, i) => Annotation(each, i + 1, ids[each.Category]))]),
        };
    }

    private static JsonObject Annotation(CocoObject each, int id, int category)
    {
        var node = new JsonObject
        {
            ["id"] = id,
            ["image_id"] = each.Image + 1,
            ["category_id"] = category,
            ["segmentation"] = new JsonObject { ["size"] = new JsonArray(each.Mask.Height, each.Mask.Width), ["counts"] = each.Mask.ToCocoText() },
            ["area"] = each.Mask.Area,
            ["bbox"] = each.Mask.Box is { } box ? new JsonArray(box.X0, box.Y0, box.Width, box.Height) : new JsonArray(0, 0, 0, 0),
            ["iscrowd"] = 0,
        };
        if (each.Score is { } score)
            node["score"] = score;
        return node;
    }
}
