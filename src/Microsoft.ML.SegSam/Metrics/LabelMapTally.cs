namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Sums the pixels of label maps by case and category.</summary>
/// <param name="categories">The K categories the model knows; key k stands for entry k - 1.</param>
internal sealed class LabelMapTally(IReadOnlyList<string> categories)
{
    private readonly Dictionary<string, uint> _keys = categories.Index().ToDictionary(one => one.Item, one => (uint)one.Index + 1, StringComparer.Ordinal);

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
            var key = _keys.GetValueOrDefault(group.Key, uint.MaxValue); // of one unknown to the model, which no pixel has
            var truth = group.Aggregate((united, more) => [.. united.Zip(more, (one, other) => one | other)]);
            var overlap = Overlap.Count(Array.ConvertAll(labels, label => label == key), truth);
            Add(group.Key, caseId, overlap with { Predicted = 0 }); // counted above
        }
    }

    public LabelMapMetrics Finish()
    {
        var found = _overlaps.GroupBy(pair => pair.Key.Category, pair => pair.Value, StringComparer.Ordinal)
            .Select(group => Of(group.Key, [.. group])).OrderBy(each => each.Category, StringComparer.Ordinal).ToList();
        var present = found.Where(each => each.Cases > 0).ToList();
        return new() { Dice = present.Average(each => each.Dice), IoU = present.Average(each => each.IoU), PerCategory = found };
    }

    private static LabelMapCategory Of(string category, List<MaskOverlap> cases)
    {
        var counted = cases.All(each => each.Truth == 0) ? [] : cases.Where(each => each.Truth + each.Predicted > 0).ToList();
        return new(category, counted.Count, Means.OfFinite(counted.Select(each => each.Dice)), Means.OfFinite(counted.Select(each => each.IoU)));
    }

    private void Add(string category, string caseId, MaskOverlap more)
    {
        var sum = _overlaps.GetValueOrDefault((category, caseId));
        _overlaps[(category, caseId)] = new(sum.Intersection + more.Intersection, sum.Predicted + more.Predicted, sum.Truth + more.Truth);
    }
}
