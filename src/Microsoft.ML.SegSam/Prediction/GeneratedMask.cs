using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>A mask that <see cref="SegSamMaskGenerator"/> found. Immutable.</summary>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class GeneratedMask : INotebookView
{
    internal GeneratedMask(MaskProposal proposal, string category, float score)
    {
        Mask = proposal.Mask;
        Category = category;
        Score = score;
        PredictedIoU = proposal.PredictedIoU;
        StabilityScore = proposal.StabilityScore;
        X = proposal.X;
        Y = proposal.Y;
        CropBox = proposal.CropBox;
    }

    /// <summary>The mask at the size of the whole image.</summary>
    public SegmentationMask Mask { get; }

    /// <summary>The most probable category.</summary>
    public string Category { get; }

    /// <summary>That category's probability, 0 to 1.</summary>
    public float Score { get; }

    /// <summary>The model's estimate of the mask's IoU, about 0 to 1 but unbounded.</summary>
    public float PredictedIoU { get; }

    /// <summary>
    /// IoU, 0 to 1, of the masks by a higher and a lower threshold: see <see cref="SegSamMaskGeneratorOptions.StabilityScoreThreshold"/>.
    /// </summary>
    public float StabilityScore { get; }

    /// <summary>Column of the point that prompted the mask, in pixels of the image.</summary>
    public float X { get; }

    /// <summary>Row of that point.</summary>
    public float Y { get; }

    /// <summary>The crop of the image in which the mask was found.</summary>
    public RegionBox CropBox { get; }

    /// <summary>JSON with the members of <see cref="SegSamPrediction.ToJson"/> that the mask has, and <c>stability_score</c>.</summary>
    public string ToJson() => new PredictionJson(Mask, Category, Score, PredictedIoU) { StabilityScore = StabilityScore }.ToText();

    /// <summary>Category, score and mask in one line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Category} {Score:0.00}, predicted IoU {PredictedIoU:0.00}, {Mask}");

    string INotebookView.ToHtml() => PredictionHtml.Print([("mask", Mask)],
    [
        [Category, "score"], .. PredictionHtml.Scores([new(Category, Score)], []),
        ["predicted IoU", PredictionHtml.Number(PredictedIoU)], ["stability", PredictionHtml.Number(StabilityScore)],
    ]);
}
