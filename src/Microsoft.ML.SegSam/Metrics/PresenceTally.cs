namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Collects presence scores image by image.</summary>
/// <param name="categories">The K categories the model knows, in the order of scores.</param>
internal sealed class PresenceTally(IReadOnlyList<string> categories)
{
    private readonly SortedDictionary<string, List<(float Score, bool IsThere)>> _images = new(StringComparer.Ordinal);

    /// <param name="prompts">For each prompt of one image, its object's true category and the K presence scores.</param>
    public void Add(IReadOnlyCollection<(string Category, float[] Scores)> prompts)
    {
        var present = prompts.Select(prompt => prompt.Category).ToHashSet(StringComparer.Ordinal);
        foreach (var (k, category) in categories.Index())
            Add(category, present.Contains(category), ScoresBesides(category, scores => scores[k]));
        foreach (var unknown in present.Except(categories, StringComparer.Ordinal)) // never claimed
            Add(unknown, isThere: true, ScoresBesides(unknown, _ => float.NaN));

        float[] ScoresBesides(string category, Func<float[], float> score) =>
            [.. prompts.Where(prompt => prompt.Category != category).Select(prompt => score(prompt.Scores))];
    }

    public PresenceMetrics Finish()
    {
        var precisions = _images.ToSorted(category => category.Key, category => AveragePrecision(category.Value));
        var all = _images.Values.SelectMany(images => images).ToList();
        var hits = all.Count(image => image.IsThere && IsClaimed(image.Score));
        var overlap = new MaskOverlap(hits, all.Count(image => IsClaimed(image.Score)), all.Count(image => image.IsThere));
        return new()
        {
            MeanAveragePrecision = Means.OfFinite(precisions.Values),
            ImageF1 = all.Count == 0 ? double.NaN : overlap.Dice, // F1 is the Dice of the two sets
            AveragePrecisionPerCategory = precisions,
            ImagesPerCategory = _images.ToSorted(category => category.Key, category => category.Value.Count(image => image.IsThere)),
        };
    }

    /// <summary>Defined at <see cref="PresenceMetrics.AveragePrecisionPerCategory"/>; images whose score is NaN are never found.</summary>
    internal static double AveragePrecision(IReadOnlyCollection<(float Score, bool IsThere)> images)
    {
        var all = images.Count(image => image.IsThere);
        if (all == 0)
            return double.NaN;
        var (hits, seen, sum) = (0, 0, 0.0);
        var byScore = images.Where(image => !float.IsNaN(image.Score)).GroupBy(image => image.Score).OrderByDescending(group => group.Key);
        foreach (var group in byScore)
        {
            var gained = group.Count(image => image.IsThere);
            hits += gained;
            seen += group.Count();
            sum += (double)gained / all * hits / seen;
        }

        return sum;
    }

    private static bool IsClaimed(float score) => score > PresenceF1.Threshold; // NaN claims nothing

    private void Add(string category, bool isThere, float[] scores)
    {
        if (!_images.TryGetValue(category, out var images))
            _images[category] = images = [];
        if (scores.Length > 0)
            images.Add((scores.Where(score => !float.IsNaN(score)).DefaultIfEmpty(float.NaN).Max(), isThere));
    }
}
