using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SampleKit;

namespace SegSam.Cli.Output;

/// <summary>COCO's object annotations: images, categories and masks.</summary>
internal sealed record CocoDocument(IReadOnlyList<CocoImage> Images, IReadOnlyList<CocoAnnotation> Annotations, IReadOnlyList<CocoCategory> Categories)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <exception cref="InvalidDataException">It is no such JSON.</exception>
    public static CocoDocument Read(string path)
    {
        try
        {
            if (JsonSerializer.Deserialize<CocoDocument>(TextFile.Read(path), Json) is { Images: not null, Annotations: not null, Categories: not null } document)
                return document;
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"'{path}' is not readable as COCO annotations: {wrong.Message}", wrong);
        }

        throw new InvalidDataException($"'{path}' is no COCO annotations: expected an object with the lists images, annotations and categories.");
    }

    /// <summary>Writes annotations; ids count from 1 in the order of the lists.</summary>
    public static void Write(string path, IReadOnlyList<string> categories, IReadOnlyList<CocoPicture> pictures, IEnumerable<CocoObject> objects) =>
        OutputFile.Write(path, CocoWriter.Write(categories, pictures, objects, "Made with segsam. Not for diagnosis.", DateTimeOffset.UtcNow).ToJsonString());
}

/// <summary>A picture.</summary>
internal sealed record CocoImage(long Id, string FileName, int Height, int Width);

/// <summary>An object; its segmentation is a list of polygons, or run lengths as {size, counts}.</summary>
internal sealed record CocoAnnotation(
    long Id, long ImageId, long CategoryId, JsonNode? Segmentation, double Area, IReadOnlyList<double>? Bbox, int Iscrowd, float? Score = null);

/// <summary>A category.</summary>
internal sealed record CocoCategory(long Id, string Name);
