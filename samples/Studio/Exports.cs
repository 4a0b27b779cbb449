using System.Text.Json.Nodes;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using SampleKit;

namespace Studio;

/// <summary>The objects of one image, as the page keeps them.</summary>
/// <param name="FileName">Of the image.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Objects">In the order of the list.</param>
internal sealed record ExportRequest(string? FileName, int Width, int Height, IReadOnlyList<ExportObject>? Objects);

/// <summary>One named mask.</summary>
/// <param name="Category">Its name.</param>
/// <param name="Score">The name's probability; null where a person chose it.</param>
/// <param name="Counts">COCO's compressed run lengths.</param>
internal sealed record ExportObject(string? Category, float? Score, string? Counts);

/// <summary>What other programs read: COCO JSON, and a label map whose numbers are COCO's category ids.</summary>
internal sealed class Exports
{
    private const int MostObjects = 2000, MostLabels = 255;
    private readonly ExportRequest _request;
    private readonly IReadOnlyList<(string Category, float? Score, SegmentationMask Mask)> _objects;
    private readonly List<string> _categories;

    /// <param name="request">Of the page, or of any other program.</param>
    /// <param name="categories">The model's, in its order: they have the first ids.</param>
    /// <param name="mostPixels">Largest image.</param>
    /// <exception cref="ProblemException">An object is not one of such an image.</exception>
    public Exports(ExportRequest request, IReadOnlyList<string> categories, long mostPixels)
    {
        if (request is not { Width: >= 1, Height: >= 1 } || (long)request.Width * request.Height > mostPixels)
            throw Wrong(FormattableString.Invariant($"The image is {request.Width} x {request.Height} pixels; expected 1 x 1 or more, and at most {mostPixels:N0} pixels."));
        if (request.Objects is not { Count: >= 1 and <= MostObjects } objects)
            throw Wrong($"There are {request.Objects?.Count ?? 0} objects; expected 1 to {MostObjects}. Keep an object first.");
        _request = request;
        _objects = [.. objects.Select(Read)];
        _categories = [.. categories.Concat(_objects.Select(each => each.Category)).Distinct()];
    }

    /// <summary>The image's name without its ending.</summary>
    public string Name => Path.GetFileNameWithoutExtension(_request.FileName) is { Length: > 0 } name ? name : "image";

    /// <summary>COCO's JSON of one image.</summary>
    public JsonObject Coco() => CocoWriter.Write(_categories, [new(_request.FileName ?? "image", _request.Height, _request.Width)],
        _objects.Select(each => new CocoObject(Image: 0, each.Category, each.Mask, each.Score)), "Made with SEG-SAM Studio. Not for diagnosis.", DateTimeOffset.UtcNow);

    /// <summary>A PNG of the image's size: 0 is background, other pixels hold the category's id; of masks that overlap the surer name counts.</summary>
    /// <exception cref="ProblemException">There are more categories than a byte can tell apart.</exception>
    public byte[] LabelMapPng()
    {
        if (_categories.Count > MostLabels)
            throw Wrong($"There are {_categories.Count} categories, and a label map tells {MostLabels} apart. Export COCO JSON.");
        var labels = LabelMap.Compose(_request.Height, _request.Width, _objects.Select(each =>
            ((uint)_categories.IndexOf(each.Category) + 1, each.Score ?? 1, each.Mask)));
        return IndexedPng.Write(Array.ConvertAll(labels, label => (byte)label), _request.Height, _request.Width,
            [new(0, 0, 0), .. _categories.Select((_, i) => Palette.ColorOf(i))]);
    }

    private (string, float?, SegmentationMask) Read(ExportObject each, int number)
    {
        var which = $"Object {number + 1}";
        if (string.IsNullOrWhiteSpace(each?.Category))
            throw Wrong($"{which} has no category; give it a name.");
        if (each.Score is not (null or >= 0 and <= 1))
            throw Wrong(FormattableString.Invariant($"{which} ('{each.Category}') has the score {each.Score}; expected 0 to 1, or none."));
        try
        {
            return (each.Category.Trim(), each.Score, SegmentationMask.FromCocoText(each.Counts ?? "", _request.Height, _request.Width));
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException)
        {
            throw Wrong($"{which} ('{each.Category}'): {wrong.Message}");
        }
    }

    private static ProblemException Wrong(string message) => new(StatusCodes.Status400BadRequest, message);
}
