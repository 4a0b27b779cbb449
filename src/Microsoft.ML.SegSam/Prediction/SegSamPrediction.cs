using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>A category with its score. Immutable.</summary>
public sealed class CategoryScore
{
    internal CategoryScore(string category, float score) => (Category, Score) = (category, score);

    /// <summary>One of the model's categories.</summary>
    public string Category { get; }

    /// <summary>Its score, 0 to 1.</summary>
    public float Score { get; }

    /// <summary>Category and score.</summary>
    public override string ToString() => FormattableString.Invariant($"{Category} {Score:0.00}");
}

/// <summary>
/// What the model predicts for one prompt: mask, category and scores. Immutable, and independent of the predictor and the image.
/// </summary>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class SegSamPrediction : INotebookView
{
    private readonly Lazy<SegmentationMask> _mask, _semanticMask;
    private readonly Lazy<float[]> _lowResLogits;

    internal SegSamPrediction(MaskPrediction prediction, IReadOnlyList<string> categories)
    {
        Height = prediction.Geometry.OriginalHeight;
        Width = prediction.Geometry.OriginalWidth;
        Category = categories[prediction.Category];
        Score = prediction.ClassScores[prediction.Category];
        ClassScores = [.. categories.Zip(prediction.ClassScores, (category, score) => new CategoryScore(category, score))];
        PresenceScores = [.. categories.Zip(prediction.PresenceScores, (category, score) => new CategoryScore(category, score))];
        PredictedIoU = prediction.PredictedIoU;
        (BinaryMask, Frame, Asked) = (prediction.Binary, prediction.Geometry, prediction.Asked);
        _lowResLogits = new(() => prediction.LowResLogits);
        _mask = new(() => prediction.Binary.ToMask(prediction.Geometry));
        _semanticMask = new(() => prediction.Semantic.ToMask(prediction.Geometry));
        Candidates = [.. prediction.Candidates.Select(candidate =>
            new SegSamPrediction(this, prediction, candidate.Mask, candidate.PredictedIoU))];
    }

    // One of the candidate masks; the semantic decoder has predicted only once, so that all else is shared.
    private SegSamPrediction(SegSamPrediction best, MaskPrediction prediction, LowResMask mask, float predictedIoU)
    {
        Height = best.Height;
        Width = best.Width;
        Category = best.Category;
        Score = best.Score;
        ClassScores = best.ClassScores;
        PresenceScores = best.PresenceScores;
        PredictedIoU = predictedIoU;
        (BinaryMask, Frame) = (mask, prediction.Geometry);
        _lowResLogits = new(() => prediction.InWholeImage(mask));
        _mask = new(() => mask.ToMask(prediction.Geometry));
        _semanticMask = best._semanticMask;
        Candidates = [];
    }

    /// <summary>Rows of the original image.</summary>
    public int Height { get; }

    /// <summary>Columns of the original image.</summary>
    public int Width { get; }

    /// <summary>The most probable category.</summary>
    public string Category { get; }

    /// <summary>That category's probability, 0 to 1.</summary>
    public float Score { get; }

    /// <summary>The model's estimate of the IoU of <see cref="Mask"/>, about 0 to 1 but unbounded.</summary>
    public float PredictedIoU { get; }

    /// <summary>SAM's own mask (the column BinaryMask of a transformer) at the original size; computed on first use.</summary>
    public SegmentationMask Mask => _mask.Value;

    /// <summary>
    /// The semantic decoder's mask, whose category is <see cref="Category"/> (the column SemanticMask); computed on first use.
    /// </summary>
    public SegmentationMask SemanticMask => _semanticMask.Value;

    /// <summary>Probabilities of all categories, sum 1, in the order of <see cref="SegSamPredictor.Categories"/>.</summary>
    public IReadOnlyList<CategoryScore> ClassScores { get; }

    /// <summary>For each category, 0 to 1, whether another object of it is in the image; in the same order.</summary>
    public IReadOnlyList<CategoryScore> PresenceScores { get; }

    /// <summary>The categories whose <see cref="PresenceScores"/> are above 0.5, the highest first.</summary>
    public IReadOnlyList<CategoryScore> PresentCategories =>
        [.. PresenceScores.Where(score => score.Score > 0.5f).OrderByDescending(score => score.Score)];

    /// <summary>
    /// With <c>multimask: true</c>, SAM's candidate masks (its <c>multimask_output</c>), in the network's order: usually the whole, a
    /// part and a smaller part of what the prompt may mean. Each is this prediction with its own <see cref="Mask"/>,
    /// <see cref="PredictedIoU"/> and <see cref="LowResLogits"/>; the one with the highest predicted IoU is the prediction itself. There
    /// are three, or one for models that predict SAM's single mask; without <c>multimask</c> there are none.
    /// </summary>
    public IReadOnlyList<SegSamPrediction> Candidates { get; }

    /// <summary>
    /// Low-resolution mask logits of the whole image, S/4 x S/4 for input side S, row-major, as the column LowResLogits has them. To refine
    /// the mask, pass the prediction itself to <see cref="SegSamPrompt.AndMask(SegSamPrediction)"/>.
    /// </summary>
    public ReadOnlyMemory<float> LowResLogits => _lowResLogits.Value;

    /// <summary>The binary mask as the network predicted it, of what <see cref="Frame"/> shows.</summary>
    internal LowResMask BinaryMask { get; }

    internal ImageGeometry Frame { get; }

    /// <summary>What was asked; null for a candidate, which the prompt alone does not choose.</summary>
    internal AskedPrompt? Asked { get; }

    /// <summary>The prediction as JSON, with COCO's members where COCO has them.</summary>
    /// <remarks>
    /// <c>size</c> [height, width] · <c>category</c> · <c>score</c> · <c>predicted_iou</c> · <c>area</c> · <c>bbox</c> [x, y, width,
    /// height], zeros if the mask is empty · <c>segmentation</c> {size, counts: COCO's compressed run lengths} · <c>contours</c>
    /// [{polygon: [x, y, …], is_hole}] · <c>semantic_segmentation</c> · <c>class_scores</c>, <c>presence_scores</c> {category: score}
    /// </remarks>
    public string ToJson() => new PredictionJson(Mask, Category, Score, PredictedIoU)
    {
        SemanticSegmentation = CocoSegmentation.Of(SemanticMask),
        ClassScores = ClassScores.ToDictionary(score => score.Category, score => score.Score),
        PresenceScores = PresenceScores.ToDictionary(score => score.Category, score => score.Score),
    }.ToText();

    /// <summary>Category, score and mask in one line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Category} {Score:0.00}, predicted IoU {PredictedIoU:0.00}, {Mask}");

    string INotebookView.ToHtml() => PredictionHtml.Print([("mask", Mask), ("semantic mask", SemanticMask)],
    [
        [Category, "score"], .. PredictionHtml.Scores(ClassScores, PresentCategories),
        ["predicted IoU", PredictionHtml.Number(PredictedIoU)],
    ]);
}
