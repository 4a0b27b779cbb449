using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.ML.SegSam.Imaging;

namespace SegSam.Cli.Output;

/// <summary>An object to be written.</summary>
/// <param name="Image">Place of its image in the list.</param>
internal sealed record CocoObject(int Image, string Category, SegmentationMask Mask, float? Score = null);

/// <summary>COCO's object annotations: images, categories and masks.</summary>
internal sealed record CocoDocument(IReadOnlyList<CocoImage> Images, IReadOnlyList<CocoAnnotation> Annotations, IReadOnlyList<CocoCategory> Categories)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Masks as compressed run lengths, which lose nothing.</summary>
    /// <param name="categories">Names; their ids count from 1 in this order.</param>
    /// <param name="images">File name and size; their ids count from 1 in this order.</param>
    public static CocoDocument Of(IReadOnlyList<string> categories, IReadOnlyList<(string FileName, int Height, int Width)> images, IEnumerable<CocoObject> objects)
    {
        var ids = categories.Select((name, i) => (name, Id: i + 1)).ToDictionary(each => each.name, each => each.Id);
        return new([.. images.Select((each, i) => new CocoImage(i + 1, each.FileName, each.Height, each.Width))],
            [.. objects.Select((each, i) => new CocoAnnotation(i + 1, each.Image + 1, ids[each.Category], Segmentation(each.Mask), each.Mask.Area, BoxOf(each.Mask), 0, each.Score))],
            [.. categories.Select(name => new CocoCategory(ids[name], name))]);
    }

    public void Write(string path) => OutputFile.Write(path, JsonSerializer.Serialize(this, Json));

    private static JsonObject Segmentation(SegmentationMask mask) => new() { ["size"] = new JsonArray(mask.Height, mask.Width), ["counts"] = mask.ToCocoText() };

    private static double[] BoxOf(SegmentationMask mask) => mask.Box is { } box ? [box.X0, box.Y0, box.Width, box.Height] : [0, 0, 0, 0];
}

/// <summary>A picture.</summary>
internal sealed record CocoImage(long Id, string FileName, int Height, int Width);

/// <summary>An object; its segmentation is a list of polygons, or run lengths as {size, counts}.</summary>
internal sealed record CocoAnnotation(
    long Id, long ImageId, long CategoryId, JsonNode? Segmentation, double Area, IReadOnlyList<double>? Bbox, int Iscrowd, float? Score = null);

/// <summary>A category.</summary>
internal sealed record CocoCategory(long Id, string Name);
