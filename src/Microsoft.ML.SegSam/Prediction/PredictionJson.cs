using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>A mask as COCO writes it.</summary>
internal sealed record CocoSegmentation(int[] Size, string Counts)
{
    public static CocoSegmentation Of(SegmentationMask mask) => new([mask.Height, mask.Width], mask.ToCocoText());
}

/// <summary>A prediction as JSON; members that are null are left out.</summary>
/// <param name="mask">Gives size, area, box, segmentation and contours.</param>
internal sealed class PredictionJson(SegmentationMask mask, string category, float score, float predictedIoU)
{
    private static readonly JsonSerializerOptions Json = new(ModelArchive.Json) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public int[] Size => [mask.Height, mask.Width];

    public string Category => category;

    public float Score => score;

    [JsonPropertyName("predicted_iou")] // segment-anything's name
    public float PredictedIoU => predictedIoU;

    public float? StabilityScore { get; init; }

    public long Area => mask.Area;

    public int[] Bbox => mask.Box is { } box ? [box.X0, box.Y0, box.Width, box.Height] : [0, 0, 0, 0];

    public CocoSegmentation Segmentation => CocoSegmentation.Of(mask);

    public IReadOnlyList<MaskContour> Contours => mask.Trace();

    public CocoSegmentation? SemanticSegmentation { get; init; }

    public IReadOnlyDictionary<string, float>? ClassScores { get; init; }

    public IReadOnlyDictionary<string, float>? PresenceScores { get; init; }

    public string ToText() => JsonSerializer.Serialize(this, Json);
}

/// <summary>Shows predictions in notebooks.</summary>
internal static class PredictionHtml
{
    private const int MostScores = 5;

    /// <summary>Masks beside each other, then a table of names and numbers.</summary>
    public static string Print(IEnumerable<(string Title, SegmentationMask Mask)> masks, string[][] table)
    {
        var pictures = masks.Select((titled, i) => Markup.Tag("div", null,
            MaskPicture.Html(titled.Mask, Rgb.FromPalette(i == 0 ? 1 : 4), titled.Title), Markup.Tag("div", null, titled.Title)));
        const string Style = "display:flex;gap:12px;flex-wrap:wrap;align-items:flex-start";
        return Markup.Print(Markup.Tag("div", Style, [.. pictures, Markup.Table(table)]));
    }

    /// <summary>Names and scores: the most probable categories, then those predicted to be present as well.</summary>
    public static IEnumerable<string[]> Scores(IEnumerable<CategoryScore> scores, IEnumerable<CategoryScore> present) =>
    [
        .. scores.OrderByDescending(score => score.Score).Take(MostScores).Select(score => (string[])[score.Category, Number(score.Score)]),
        .. present.Select(score => (string[])[$"also in the image: {score.Category}", Number(score.Score)]),
    ];

    public static string Number(float value) => FormattableString.Invariant($"{value:0.000}");
}
