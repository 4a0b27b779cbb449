namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Collects presence scores image by image.</summary>
/// <param name="categories">The K categories the model knows, in the order of scores.</param>
internal sealed class PresenceTally(IReadOnlyList<string> categories)
{
    private readonly SortedDictionary<string, List<(float Score, bool IsThere)>> _pairs = new(StringComparer.Ordinal);

    /// <param name="prompts">For each prompt of one image its object's true category and the K presence scores.</param>
    public void Add(IReadOnlyCollection<(string Category, float[] Scores)> prompts)
    {
        var present = prompts.Select(prompt => prompt.Category).ToHashSet(StringComparer.Ordinal);
        foreach (var (k, category) in categories.Index())
            Add(category, present.Contains(category), [.. prompts.Where(prompt => prompt.Category != category).Select(prompt => prompt.Scores[k])]);
        foreach (var unknown in present.Except(categories, StringComparer.Ordinal)) // never claimed
            Add(unknown, isThere: true, [.. prompts.Where(prompt => prompt.Category != unknown).Select(_ => float.NaN)]);
    }

    public PresenceMetrics Finish()
    {
        var found = _pairs.Select(pair => new PresenceCategory(pair.Key, pair.Value.Count(each => each.IsThere), AveragePrecision(pair.Value))).ToList();
        var all = _pairs.Values.SelectMany(pairs => pairs).ToList();
        var overlap = new MaskOverlap(all.Count(each => each.IsThere && IsClaimed(each.Score)), all.Count(each => IsClaimed(each.Score)), all.Count(each => each.IsThere));
        return new()
        {
            MeanAveragePrecision = Means.OfFinite(found.Select(each => each.AveragePrecision)),
            F1 = all.Count == 0 ? double.NaN : overlap.Dice, // F1 is the Dice of the two sets
            PerCategory = found,
        };
    }

    /// <summary>As <see cref="PresenceCategory"/> says; scores that are not a number are never reached.</summary>
    internal static double AveragePrecision(IReadOnlyCollection<(float Score, bool IsThere)> images)
    {
        var all = images.Count(each => each.IsThere);
        if (all == 0)
            return double.NaN;
        var (hits, seen, sum) = (0, 0, 0.0);
        foreach (var group in images.Where(each => !float.IsNaN(each.Score)).GroupBy(each => each.Score).OrderByDescending(group => group.Key))
        {
            var gained = group.Count(each => each.IsThere);
            hits += gained;
            seen += group.Count();
            sum += (double)gained / all * hits / seen;
        }

        return sum;
    }

    private static bool IsClaimed(float score) => score > PresentF1.Threshold; // not a number claims nothing

    private void Add(string category, bool isThere, float[] scores)
    {
        if (!_pairs.TryGetValue(category, out var pairs))
            _pairs[category] = pairs = [];
        if (scores.Length > 0)
            pairs.Add((scores.Where(score => !float.IsNaN(score)).DefaultIfEmpty(float.NaN).Max(), isThere));
    }
}
