namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How well the model names the other categories in a row's image.</summary>
internal static class PresentF1
{
    /// <summary>A category counts as claimed when its presence score is above this (spec's default; our choice).</summary>
    public const float Threshold = 0.5f;

    /// <summary>F1 over all pairs (row, category), the row's own category left out of claims and truth alike.</summary>
    /// <returns>
    /// From 0 to 1; 1 when nothing was there and nothing was claimed; NaN when the rows hold no truth to compare with.
    /// </returns>
    public static double Of(IReadOnlyCollection<RowScore> rows)
    {
        var imageCategories = rows.Where(row => row.Present?.ImageId is not null)
            .GroupBy(row => row.Present!.ImageId!, row => row.Category, StringComparer.Ordinal)
            .ToDictionary(image => image.Key, image => image.Distinct(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);
        var total = default(MaskOverlap);
        foreach (var row in rows)
        {
            if (row.Present is not { } answer)
                return double.NaN;
            var others = Others(answer.Annotated ?? imageCategories[answer.ImageId!], row.Category);
            var claimed = Others(answer.Claimed, row.Category);
            total = new MaskOverlap(
                total.Intersection + claimed.Count(others.Contains), total.Predicted + claimed.Count, total.Truth + others.Count);
        }

        return total.Dice; // F1 is the Dice of the two sets
    }

    private static HashSet<string> Others(IEnumerable<string> names, string own)
    {
        var others = names.ToHashSet(StringComparer.Ordinal);
        others.Remove(own);
        return others;
    }
}
