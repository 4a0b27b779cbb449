using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>An object with its truth and what was answered when it was prompted; plain arrays.</summary>
/// <param name="Binary">H·W pixels of the binary mask, row-major.</param>
/// <param name="SemanticLogits">H·W.</param>
internal sealed record ScoredObject(
    string Category, bool[] Truth, int Width, bool[] Binary, float[] SemanticLogits, float[] ClassScores, float[] PresenceScores);

/// <summary>Collects what is answered to one kind of prompt, image by image; of the masks only a few numbers are kept.</summary>
/// <param name="categories">The K categories the model knows, in the order of scores.</param>
internal sealed class PromptKindTally(PromptKind kind, IReadOnlyList<string> categories, SurfaceRuler ruler)
{
    private readonly SortedDictionary<(string ImageId, int Object), (RowScore Score, string CaseId, string? Modality)> _rows = [];
    private readonly LabelMapTally _labelMaps = new(categories);
    private readonly PresenceTally _presence = new(categories);

    /// <summary>Adds all objects of one image, in an order that does not depend on that of the data.</summary>
    public void Add(string imageId, string caseId, string? modality, IReadOnlyList<ScoredObject> objects)
    {
        foreach (var (i, each) in objects.Index())
            _rows.Add((imageId, i), (Score(imageId, each), caseId, modality));
        var labels = LabelMap.Compose(objects[0].Truth.Length, objects.Where(IsScored).Select(each => new LabelMapObject(
            Named(each) + 1, each.ClassScores.Max(), Array.ConvertAll(each.SemanticLogits, logit => 1 / (1 + MathF.Exp(-logit))))));
        _labelMaps.Add(caseId, labels, objects.Select(each => (each.Category, each.Truth)));
        _presence.Add([.. objects.Select(each => (each.Category, each.PresenceScores))]);
    }

    public PromptKindMetrics Finish()
    {
        var right = _rows.Values.Where(row => row.Score.ClassAccuracy == 1).Select(row => row.Score.SemanticDice);
        return new()
        {
            Prompt = kind,
            Masks = SegmentationMetrics.From([.. _rows.Values.Select(row => row.Score)], ruler),
            OverCases = OverCases(_rows.Values),
            SemanticDiceGivenClass = Means.OfFinite(right),
            LabelMaps = _labelMaps.Finish(),
            Presence = _presence.Finish(),
            PerModality = [.. _rows.Values.Where(row => row.Modality is not null).GroupBy(row => row.Modality!, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new ModalityMetrics(group.Key, SegmentationMetrics.From([.. group.Select(row => row.Score)], ruler), OverCases(group)))],
        };
    }

    private static MetricMeans OverCases(IEnumerable<(RowScore Score, string CaseId, string? Modality)> rows) => MetricMeans.Over(
        [.. rows.GroupBy(row => row.CaseId, row => row.Score, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => CategoryMetrics.From(group.Key, [.. group]))]);

    private RowScore Score(string imageId, ScoredObject each)
    {
        var isKnown = categories.Contains(each.Category);
        var present = new PresentAnswer([.. categories.Where((_, k) => each.PresenceScores[k] > PresentF1.Threshold)], null, imageId);
        if (!IsScored(each))
            return new(each.Category, isKnown, IsScored: false) { Present = present };
        var foreground = Array.ConvertAll(each.SemanticLogits, logit => logit > 0);
        var named = categories[(int)Named(each)];
        var ofCategory = named == each.Category ? foreground : new bool[foreground.Length];
        return RowScore.Of(each.Category, isKnown, named, each.ClassScores.Max(), each.Binary, ofCategory, foreground, each.Truth, each.Width, ruler) with { Present = present };
    }

    private static uint Named(ScoredObject each) => (uint)Array.IndexOf(each.ClassScores, each.ClassScores.Max());

    private static bool IsScored(ScoredObject each) => !each.ClassScores.Any(float.IsNaN);
}
