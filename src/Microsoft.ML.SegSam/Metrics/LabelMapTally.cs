namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Sums the pixels of label maps by case and category.</summary>
/// <param name="categories">The K categories the model knows; key k stands for entry k - 1.</param>
internal sealed class LabelMapTally(IReadOnlyList<string> categories)
{
    private readonly Dictionary<string, uint> _keys =
        categories.Index().ToDictionary(category => category.Item, category => (uint)category.Index + 1, StringComparer.Ordinal);

    // Sorted, so that sums of fractions do not depend on the order of the images.
    private readonly SortedDictionary<(string Category, string Case), MaskOverlap> _overlaps = [];

    /// <param name="labels">H·W keys, 0 = background.</param>
    /// <param name="truths">The true masks of the image's objects, H·W pixels each; those of one category are united.</param>
    public void Add(string caseId, uint[] labels, IEnumerable<(string Category, bool[] Mask)> truths)
    {
        var predicted = new long[categories.Count + 1];
        foreach (var label in labels)
            predicted[label]++;
        for (var key = 1; key < predicted.Length; key++)
            Add(categories[key - 1], caseId, new(0, predicted[key], 0));
        foreach (var group in truths.GroupBy(truth => truth.Category, truth => truth.Mask, StringComparer.Ordinal))
        {
            var key = _keys.GetValueOrDefault(group.Key, uint.MaxValue); // no pixel has a category unknown to the model
            var truth = group.Aggregate((united, mask) => [.. united.Zip(mask, (left, right) => left | right)]);
            var overlap = Overlap.Count(Array.ConvertAll(labels, label => label == key), truth);
            Add(group.Key, caseId, overlap with { Predicted = 0 }); // counted above
        }
    }

    public LabelMapMetrics Finish()
    {
        var figures = _overlaps.GroupBy(overlap => overlap.Key.Category, overlap => overlap.Value, StringComparer.Ordinal)
            .ToSorted(group => group.Key, group => FiguresOf([.. group]));
        var inTruth = figures.Values.Where(category => category.Cases > 0).ToList();
        return new()
        {
            Dice = inTruth.Average(category => category.Dice),
            IoU = inTruth.Average(category => category.IoU),
            DicePerCategory = figures.ToSorted(category => category.Key, category => category.Value.Dice),
            IoUPerCategory = figures.ToSorted(category => category.Key, category => category.Value.IoU),
            CasesPerCategory = figures.ToSorted(category => category.Key, category => category.Value.Cases),
        };
    }

    private static (int Cases, double Dice, double IoU) FiguresOf(List<MaskOverlap> cases)
    {
        var isInTruth = cases.Any(overlap => overlap.Truth > 0);
        var counted = isInTruth ? cases.Where(overlap => overlap.Truth + overlap.Predicted > 0).ToList() : [];
        var dice = Means.OfFinite(counted.Select(overlap => overlap.Dice));
        var iou = Means.OfFinite(counted.Select(overlap => overlap.IoU));
        return (counted.Count, dice, iou);
    }

    private void Add(string category, string caseId, MaskOverlap more)
    {
        var sum = _overlaps.GetValueOrDefault((category, caseId));
        _overlaps[(category, caseId)] =
            new(sum.Intersection + more.Intersection, sum.Predicted + more.Predicted, sum.Truth + more.Truth);
    }
}
