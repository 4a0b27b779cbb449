using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>An object with its truth and what the model predicted for it, as plain arrays.</summary>
/// <param name="Binary">H·W pixels of the binary mask, row-major.</param>
/// <param name="SemanticLogits">H·W.</param>
internal sealed record ScoredObject(
    string Category, bool[] Truth, int Width, bool[] Binary, float[] SemanticLogits, float[] ClassScores, float[] PresenceScores);

/// <summary>Collects the predictions for one kind of prompt, image by image, and keeps a few numbers instead of the masks.</summary>
/// <param name="categories">The K categories the model knows, in the order of scores.</param>
internal sealed class PromptKindTally(PromptKind kind, IReadOnlyList<string> categories, SurfaceRuler ruler)
{
    private readonly SortedDictionary<(string ImageId, int Object), (RowScore Score, string CaseId, string? Modality)> _rows = [];
    private readonly LabelMapTally _labelMaps = new(categories);
    private readonly PresenceTally _presence = new(categories);

    /// <summary>Adds all objects of one image, in an order that does not depend on that of the data.</summary>
    public void Add(string imageId, string caseId, string? modality, IReadOnlyList<ScoredObject> objects)
    {
        foreach (var (i, item) in objects.Index())
            _rows.Add((imageId, i), (Score(imageId, item), caseId, modality));
        var labels = LabelMap.Compose(objects[0].Truth.Length, objects.Where(IsScored).Select(item => (
            Predicted(item) + 1, item.ClassScores.Max(), Array.ConvertAll(item.SemanticLogits, logit => 1 / (1 + MathF.Exp(-logit))))));
        _labelMaps.Add(caseId, labels, objects.Select(item => (item.Category, item.Truth)));
        _presence.Add([.. objects.Select(item => (item.Category, item.PresenceScores))]);
    }

    public PromptKindMetrics Finish()
    {
        var right = _rows.Values.Where(row => row.Score.ClassAccuracy == 1).Select(row => row.Score.Semantic.Dice);
        var modalities = _rows.Values.Where(row => row.Modality is not null).GroupBy(row => row.Modality!, StringComparer.Ordinal).ToList();
        return new(kind, Masks(_rows.Values), OverCases(_rows.Values), _labelMaps.Finish(), _presence.Finish())
        {
            SemanticDiceGivenClass = Means.OfFinite(right),
            MasksPerModality = modalities.ToSorted(modality => modality.Key, Masks),
            OverCasesPerModality = modalities.ToSorted(modality => modality.Key, OverCases),
        };
    }

    private SegmentationMetrics Masks(IEnumerable<(RowScore Score, string CaseId, string? Modality)> rows) =>
        SegmentationMetrics.From([.. rows.Select(row => row.Score)], ruler);

    private static MetricMeans OverCases(IEnumerable<(RowScore Score, string CaseId, string? Modality)> rows)
    {
        var cases = rows.GroupBy(row => row.CaseId, row => row.Score, StringComparer.Ordinal);
        return MetricMeans.OverGroups(cases.ToSorted(rowsOf => rowsOf.Key, rowsOf => MetricMeans.OverMasks([.. rowsOf])).Values);
    }

    private RowScore Score(string imageId, ScoredObject item)
    {
        var isKnown = categories.Contains(item.Category);
        var presence = new PresenceClaim([.. categories.Where((_, k) => item.PresenceScores[k] > PresenceF1.Threshold)], null, imageId);
        if (!IsScored(item))
            return new(item.Category, isKnown, IsScored: false) { Presence = presence };
        var foreground = Array.ConvertAll(item.SemanticLogits, logit => logit > 0);
        var predicted = categories[(int)Predicted(item)];
        var ofCategory = predicted == item.Category ? foreground : new bool[foreground.Length];
        var masks = new PredictedMasks(item.Binary, ofCategory, foreground, item.Truth, item.Width);
        return RowScore.Of(item.Category, isKnown, predicted, item.ClassScores.Max(), masks, ruler) with { Presence = presence };
    }

    private static uint Predicted(ScoredObject item) => (uint)Array.IndexOf(item.ClassScores, item.ClassScores.Max());

    private static bool IsScored(ScoredObject item) => !item.ClassScores.Any(float.IsNaN);
}
