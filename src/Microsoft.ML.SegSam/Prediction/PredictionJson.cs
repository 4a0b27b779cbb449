using System.Text.Json;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>COCO's way to write a mask.</summary>
internal sealed record CocoSegmentation(int[] Size, string Counts)
{
    public static CocoSegmentation Of(SegmentationMask mask) => new([mask.Height, mask.Width], mask.ToCocoText());
}

/// <summary>A prediction as its JSON tells it; what is null is left out.</summary>
internal sealed record PredictionJson(int[] Size, string Category, float Score, float Quality, float? StabilityScore, long Area, int[] Bbox,
    CocoSegmentation Segmentation, IReadOnlyList<MaskContour> Contours, CocoSegmentation? SemanticSegmentation,
    IReadOnlyDictionary<string, float>? ClassScores, IReadOnlyDictionary<string, float>? PresentScores)
{
    private static readonly JsonSerializerOptions Json = new(ModelArchive.Json) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <param name="mask">What size, area, box, segmentation and contours are of.</param>
    public PredictionJson(SegmentationMask mask, string category, float score, float quality)
        : this([mask.Height, mask.Width], category, score, quality, null, mask.Area, BoxOf(mask), CocoSegmentation.Of(mask), mask.Trace(), null, null, null)
    {
    }

    public string ToText() => JsonSerializer.Serialize(this, Json);

    private static int[] BoxOf(SegmentationMask mask) => mask.Box is { } box ? [box.X0, box.Y0, box.Width, box.Height] : [0, 0, 0, 0];
}

/// <summary>Shows answers in notebooks.</summary>
internal static class PredictionHtml
{
    private const int MostScores = 5;

    /// <summary>Masks beside each other, then a table of name and figures.</summary>
    public static string Print(IEnumerable<(string Title, SegmentationMask Mask)> masks, string[][] table)
    {
        var pictures = masks.Select((each, i) => Markup.Tag("div", null,
            MaskPicture.Html(each.Mask, Palette.ColorOf(i == 0 ? 1 : 4), each.Title), Markup.Tag("div", null, each.Title)));
        return Markup.Print(Markup.Tag("div", "display:flex;gap:12px;flex-wrap:wrap;align-items:flex-start", [.. pictures, Markup.Table(table)]));
    }

    /// <summary>Names and figures: the most probable categories, then those said to be present besides.</summary>
    public static IEnumerable<string[]> Scores(IEnumerable<CategoryScore> scores, IEnumerable<CategoryScore> present) =>
    [
        .. scores.OrderByDescending(each => each.Score).Take(MostScores).Select(each => (string[])[each.Category, Number(each.Score)]),
        .. present.Select(each => (string[])[$"also in the image: {each.Category}", Number(each.Score)]),
    ];

    public static string Number(float value) => FormattableString.Invariant($"{value:0.000}");
}
