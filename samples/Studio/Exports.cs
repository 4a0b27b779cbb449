using System.Text.Json.Nodes;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using SampleKit;

namespace Studio;

/// <summary>The objects of one image, as kept by the page.</summary>
/// <param name="FileName">Name of the image file.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Objects">In the order of the list.</param>
internal sealed record ExportRequest(string? FileName, int Width, int Height, IReadOnlyList<ExportObject>? Objects);

/// <summary>One named mask.</summary>
/// <param name="Category">Its name.</param>
/// <param name="Score">The name's probability; null if a person chose the name.</param>
/// <param name="Counts">COCO's compressed run lengths.</param>
internal sealed record ExportObject(string? Category, float? Score, string? Counts);

/// <summary>Exports for other programs: COCO JSON, and a label map whose numbers are COCO's category ids.</summary>
internal sealed class Exports
{
    private const int MostObjects = 2000, MostLabels = 255;
    private readonly ExportRequest _request;
    private readonly IReadOnlyList<(string Category, float? Score, SegmentationMask Mask)> _objects;
    private readonly List<string> _categories;

    /// <param name="request">From the page or any other program.</param>
    /// <param name="categories">The model's categories, in order: they get the first ids.</param>
    /// <param name="mostPixels">Maximum number of pixels.</param>
    /// <exception cref="ProblemException">The image or an object is invalid.</exception>
    public Exports(ExportRequest request, IReadOnlyList<string> categories, long mostPixels)
    {
        if (request is not { Width: >= 1, Height: >= 1 } || (long)request.Width * request.Height > mostPixels)
        {
            throw Wrong(FormattableString.Invariant($"The image is {request.Width} x {request.Height} pixels; expected at least 1 x 1 ")
                + FormattableString.Invariant($"and at most {mostPixels:N0} pixels."));
        }

        if (request.Objects is not { Count: >= 1 and <= MostObjects } objects)
            throw Wrong($"There are {request.Objects?.Count ?? 0} objects; expected 1 to {MostObjects}. Keep an object first.");
        _request = request;
        _objects = [.. objects.Select(Read)];
        _categories = [.. categories.Concat(_objects.Select(item => item.Category)).Distinct()];
    }

    /// <summary>The image's file name without extension.</summary>
    public string Name => Path.GetFileNameWithoutExtension(_request.FileName) is { Length: > 0 } name ? name : "image";

    /// <summary>The objects as a COCO document.</summary>
    public JsonObject Coco() => CocoDocument.Of("SEG-SAM Studio", _categories,
        [new(_request.FileName ?? "image", _request.Height, _request.Width)],
        _objects.Select(item => new CocoObject(Image: 0, item.Category, item.Mask, item.Score)));

    /// <summary>A PNG of the image's size: 0 is background, other values are category ids; where masks overlap, the higher score
    /// wins.</summary>
    /// <exception cref="ProblemException">There are more than 255 categories.</exception>
    public byte[] LabelMapPng()
    {
        if (_categories.Count > MostLabels)
            throw Wrong($"There are {_categories.Count} categories, but a label map has only {MostLabels} labels. Export COCO JSON.");
        var labels = SegmentationMask.ComposeLabelMap(_request.Height, _request.Width, _objects.Select(item =>
            ((uint)_categories.IndexOf(item.Category) + 1, item.Score ?? 1, item.Mask)));
        return PngEncoder.Indexed(Array.ConvertAll(labels, label => (byte)label), _request.Height, _request.Width,
            [new(0, 0, 0), .. _categories.Select((_, i) => Rgb.FromPalette(i))]);
    }

    private (string, float?, SegmentationMask) Read(ExportObject item, int number)
    {
        var which = $"Object {number + 1}";
        if (string.IsNullOrWhiteSpace(item?.Category))
            throw Wrong($"{which} has no category; give it a name.");
        if (item.Score is not (null or >= 0 and <= 1))
            throw Wrong(FormattableString.Invariant($"{which} ('{item.Category}') has the score {item.Score}; expected 0 to 1, or none."));
        try
        {
            return (item.Category.Trim(), item.Score, SegmentationMask.FromCocoText(item.Counts ?? "", _request.Height, _request.Width));
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException)
        {
            throw Wrong($"{which} ('{item.Category}'): {wrong.Message}");
        }
    }

    private static ProblemException Wrong(string message) => new(StatusCodes.Status400BadRequest, message);
}
