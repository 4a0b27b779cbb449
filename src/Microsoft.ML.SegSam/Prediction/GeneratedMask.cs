using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>A mask that <see cref="SegSamMaskGenerator"/> found.</summary>
/// <param name="Mask">At the size of the whole image.</param>
/// <param name="Category">Its most probable category.</param>
/// <param name="Score">That category's probability, 0 to 1.</param>
/// <param name="Quality">Predicted IoU, about 0 to 1 but unbounded.</param>
/// <param name="StabilityScore">IoU of the masks by the higher and the lower cut, 0 to 1: see <see cref="SegSamMaskGeneratorOptions.StabilityScoreThreshold"/>.</param>
/// <param name="X">Column of the point that it was found by, in pixels of the image.</param>
/// <param name="Y">Row of that point.</param>
/// <param name="CropBox">The crop that it was found in.</param>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed record GeneratedMask(
    SegmentationMask Mask, string Category, float Score, float Quality, float StabilityScore, float X, float Y, RegionBox CropBox) : INotebookView
{
    /// <summary>As JSON: the members of <see cref="SegSamPrediction.ToJson"/> that it has, and <c>stability_score</c>.</summary>
    public string ToJson() => new PredictionJson(Mask, Category, Score, Quality) { StabilityScore = StabilityScore }.ToText();

    string INotebookView.ToHtml() => PredictionHtml.Print([("mask", Mask)],
        [[Category, "score"], .. PredictionHtml.Scores([new(Category, Score)], []), ["mask quality", PredictionHtml.Number(Quality)], ["stability", PredictionHtml.Number(StabilityScore)]]);
}

/// <summary>How far a generator is.</summary>
/// <param name="PointsDone">Points asked about.</param>
/// <param name="Points">Points of all crops.</param>
/// <param name="Masks">Masks found so far, before those of different crops are compared.</param>
public sealed record MaskGeneratorProgress(int PointsDone, int Points, int Masks);
