using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam;

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
        : this([mask.Height, mask.Width], category, score, quality, null, mask.Area, BoxOf(mask), CocoSegmentation.Of(mask), mask.Contours(), null, null, null)
    {
    }

    public string ToText() => JsonSerializer.Serialize(this, Json);

    private static int[] BoxOf(SegmentationMask mask) => mask.Box is { } box ? [box.X0, box.Y0, box.Width, box.Height] : [0, 0, 0, 0];
}
