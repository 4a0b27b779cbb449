using Med2D.Tables;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Prediction;

namespace Med2D.Scoring;

/// <summary>Scores a model of the library: each object is prompted by its tight box, by one point, and by three points.</summary>
/// <remarks>
/// The prompts are those of the library's protocol. <c>EvaluateProtocol</c> itself gives no area under the ROC curve, and counts
/// categories that the model does not know as missed.
/// </remarks>
internal sealed class SegSamScorer : IScoredModel
{
    private readonly SegSamTransformer _model;
    private readonly SegSamPredictor _predictor;
    private readonly int _seed;

    /// <param name="path">What <c>ml.Model.Save</c> wrote.</param>
    /// <param name="seed">Draws the points.</param>
    /// <param name="asked">What the model in the file became; null: it as it is. The scorer disposes it.</param>
    public SegSamScorer(string path, int seed, SegSamTransformer? asked = null)
    {
        (Name, Sha256, _seed) = (Path.GetFileName(path), Digests.OfFile(path), seed);
        _model = asked ?? SegSamTransformer.Load(path);
        _predictor = new(_model);
    }

    public string Name { get; }

    public string Sha256 { get; }

    public IReadOnlyList<string> Prompts => [PromptNames.Box, PromptNames.Point1, PromptNames.Points3];

    public IEnumerable<(string Prompt, ObjectScore Score)> Score(
        ImageObjects image, IReadOnlyList<bool[]> truths, CancellationToken cancel)
    {
        using var encoded = _predictor.Encode(image.ImagePath);
        foreach (var ((_, prompt), truth) in image.Objects.Zip(truths))
        {
            cancel.ThrowIfCancellationRequested();
            yield return (PromptNames.Box, Score(image, prompt, truth,
                _predictor.Predict(encoded, BoxOf(prompt))));
            foreach (var (points, prediction) in Points(encoded, prompt, truth).Index())
            {
                if (points is 0 or 2)
                    yield return (points == 0 ? PromptNames.Point1 : PromptNames.Points3, Score(image, prompt, truth, prediction));
            }
        }
    }

    public IReadOnlyList<(bool[]? Mask, string Label)> Masks(ImageObjects image)
    {
        using var encoded = _predictor.Encode(image.ImagePath);
        return
        [
            .. _predictor.Predict(encoded, [.. image.Objects.Select(item => BoxOf(item.Prompt))]).Select(prediction =>
                ((bool[]?)(HasNames ? prediction.SemanticMask : prediction.Mask).ToPixels(),
                    HasNames ? FormattableString.Invariant($"{prediction.Category} {prediction.Score:0.00}") : "")),
        ];
    }

    public void Dispose() => _model.Dispose();

    // A model that was trained without the loss of names gives masks alone.
    private bool HasNames => _model.Info.Options is not { ClassWeight: 0 };

    private static SegSamPrompt BoxOf(EvaluationPrompt prompt) =>
        SegSamPrompt.Box(prompt.Box[0], prompt.Box[1], prompt.Box[2], prompt.Box[3]);

    // The predictions with one, two and three points; where a prediction has no error left, it stays.
    private IEnumerable<SegSamPrediction> Points(EncodedImage encoded, EvaluationPrompt prompt, bool[] truth)
    {
        var points = SegSamPrompt.Point(prompt.Point[0], prompt.Point[1]);
        var prediction = _predictor.Predict(encoded, points);
        yield return prediction;
        for (var number = 2; number <= 3; number++)
        {
            if (HashRules.NextPoint(prompt, _seed, number, truth, prediction.Mask.ToPixels()) is var (x, y, onObject))
            {
                points = points.AndPoint(x, y, onObject);
                prediction = _predictor.Predict(encoded, points.AndMask(prediction));
            }

            yield return prediction;
        }
    }

    private ObjectScore Score(ImageObjects image, EvaluationPrompt prompt, bool[] truth, SegSamPrediction prediction)
    {
        var name = ObjectTable.NameOf(prompt.Category);
        var isKnown = _predictor.Categories.Any(category => ObjectTable.NameOf(category) == name);
        var isRight = ObjectTable.NameOf(prediction.Category) == name;
        var presence = prediction.PresenceScores.ToDictionary(
            score => ObjectTable.NameOf(score.Category), score => (double?)score.Score);
        return new(
            MaskAgreement.Of(prediction.Mask.ToPixels(), truth, prompt.Width),
            !isKnown ? null : isRight ? MaskAgreement.Of(prediction.SemanticMask.ToPixels(), truth, prompt.Width).Dice : 0,
            !isKnown ? null : isRight ? 1 : 0,
            image.Presence(prompt.Category, category => presence.GetValueOrDefault(ObjectTable.NameOf(category))))
        {
            IsUnknown = !isKnown,
        };
    }
}
