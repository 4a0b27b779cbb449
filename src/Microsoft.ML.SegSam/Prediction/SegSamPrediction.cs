using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>A category and how much speaks for it.</summary>
/// <param name="Category">One of the model's categories.</param>
/// <param name="Score">0 to 1.</param>
public sealed record CategoryScore(string Category, float Score);

/// <summary>One of the masks that a prompt may mean.</summary>
public sealed class SegSamHypothesis
{
    private readonly Lazy<SegmentationMask> _mask;

    internal SegSamHypothesis(float[] logits, float quality, ImageGeometry geometry)
    {
        (LowResLogits, Quality) = (logits, quality);
        _mask = new(() => SegSamAnswer.Mask(logits, geometry));
    }

    /// <summary>At the original size; computed when first asked for.</summary>
    public SegmentationMask Mask => _mask.Value;

    /// <summary>Predicted IoU, about 0 to 1 but unbounded.</summary>
    public float Quality { get; }

    /// <summary>To be fed back by <see cref="SegSamPrompt.AndMask(ReadOnlyMemory{float})"/>: a square, row-major, of a quarter of the network's input side.</summary>
    public ReadOnlyMemory<float> LowResLogits { get; }
}

/// <summary>The answer to one prompt: mask, category and scores. Unchangeable; it needs neither predictor nor image any more.</summary>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class SegSamPrediction : INotebookView
{
    private readonly Lazy<SegmentationMask> _mask, _semanticMask;

    internal SegSamPrediction(SegSamAnswer answer, IReadOnlyList<string> categories)
    {
        (Height, Width) = (answer.Geometry.OriginalHeight, answer.Geometry.OriginalWidth);
        (Category, Score) = (categories[answer.Category], answer.ClassScores[answer.Category]);
        ClassScores = [.. categories.Zip(answer.ClassScores, (category, score) => new CategoryScore(category, score))];
        PresentScores = [.. categories.Zip(answer.PresentScores, (category, score) => new CategoryScore(category, score))];
        (Quality, LowResLogits) = (answer.Quality, answer.BinaryLogits);
        Hypotheses = [.. answer.Hypotheses.Select(each => new SegSamHypothesis(each.Logits, each.Quality, answer.Geometry))];
        _mask = new(() => SegSamAnswer.Mask(answer.BinaryLogits, answer.Geometry));
        _semanticMask = new(() => SegSamAnswer.Mask(answer.SemanticLogits, answer.Geometry));
    }

    /// <summary>Rows of the original image.</summary>
    public int Height { get; }

    /// <summary>Columns of the original image.</summary>
    public int Width { get; }

    /// <summary>The most probable category.</summary>
    public string Category { get; }

    /// <summary>Its probability, 0 to 1.</summary>
    public float Score { get; }

    /// <summary>Predicted IoU of <see cref="Mask"/>, about 0 to 1 but unbounded.</summary>
    public float Quality { get; }

    /// <summary>SAM's own mask (the column BinaryMask of a transformer) at the original size; computed when first asked for.</summary>
    public SegmentationMask Mask => _mask.Value;

    /// <summary>The semantic decoder's mask, which carries <see cref="Category"/> (the column SemanticMask); computed when first asked for.</summary>
    public SegmentationMask SemanticMask => _semanticMask.Value;

    /// <summary>Probabilities of all categories, sum 1, in the order of <see cref="SegSamPredictor.Categories"/>.</summary>
    public IReadOnlyList<CategoryScore> ClassScores { get; }

    /// <summary>For each category, 0 to 1, whether another object of it is in the image; same order.</summary>
    public IReadOnlyList<CategoryScore> PresentScores { get; }

    /// <summary>Those of <see cref="PresentScores"/> above 0.5, the highest first.</summary>
    public IReadOnlyList<CategoryScore> PresentCategories => [.. PresentScores.Where(each => each.Score > 0.5f).OrderByDescending(each => each.Score)];

    /// <summary>
    /// When asked for: SAM's three masks, as whole, part and smaller part of what the prompt may mean, in the network's order; the one of highest quality is <see cref="Mask"/>. A
    /// single one from models that answer with SAM's single mask.
    /// </summary>
    public IReadOnlyList<SegSamHypothesis> Hypotheses { get; }

    /// <summary>To be fed back by <see cref="SegSamPrompt.AndMask(ReadOnlyMemory{float})"/>: a square, row-major, of a quarter of the network's input side.</summary>
    public ReadOnlyMemory<float> LowResLogits { get; }

    /// <summary>As JSON, with COCO's members where COCO has them.</summary>
    /// <remarks>
    /// <c>size</c> [height, width] · <c>category</c> · <c>score</c> · <c>quality</c> · <c>area</c> · <c>bbox</c> [x, y, width, height], zeros where the mask is empty ·
    /// <c>segmentation</c> {size, counts: COCO's compressed run lengths} · <c>contours</c> [{polygon: [x, y, …], is_hole}] · <c>semantic_segmentation</c> ·
    /// <c>class_scores</c>, <c>present_scores</c> {category: score}
    /// </remarks>
    public string ToJson() => new PredictionJson(Mask, Category, Score, Quality)
    {
        SemanticSegmentation = CocoSegmentation.Of(SemanticMask),
        ClassScores = ClassScores.ToDictionary(each => each.Category, each => each.Score),
        PresentScores = PresentScores.ToDictionary(each => each.Category, each => each.Score),
    }.ToText();

    /// <summary>Name, score and mask, in one line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Category} {Score:0.00}, quality {Quality:0.00}, {Mask}");

    string INotebookView.ToHtml() => PredictionHtml.Print([("mask", Mask), ("semantic mask", SemanticMask)],
        [[Category, "score"], .. PredictionHtml.Scores(ClassScores, PresentCategories), ["mask quality", PredictionHtml.Number(Quality)]]);
}
