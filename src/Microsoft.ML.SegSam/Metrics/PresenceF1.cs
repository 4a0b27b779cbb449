namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How well the model names the other categories in a row's image.</summary>
internal static class PresenceF1
{
    /// <summary>A category counts as claimed when its presence score is above this (method, 4.7; our choice).</summary>
    public const float Threshold = 0.5f;

    /// <summary>F1 over all pairs (row, category); the row's own category is left out of claims and truth alike.</summary>
    /// <returns>
    /// From 0 to 1; 1 when nothing was there and nothing was claimed; NaN when the rows hold no truth to compare with.
    /// </returns>
    public static double Of(IReadOnlyCollection<RowScore> rows)
    {
        var imageCategories = rows.Where(row => row.Presence?.ImageId is not null)
            .GroupBy(row => row.Presence!.ImageId!, row => row.Category, StringComparer.Ordinal)
            .ToDictionary(image => image.Key, image => image.Distinct(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);
        var total = default(MaskOverlap);
        foreach (var row in rows)
        {
            if (row.Presence is not { } presence)
                return double.NaN;
            var others = Others(presence.Annotated ?? imageCategories[presence.ImageId!], row.Category);
            var claimed = Others(presence.Claimed, row.Category);
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

/// <summary>The categories that the model claims to be in a row's image, and where the truth about them comes from.</summary>
/// <param name="Claimed">Names of the categories whose presence score is above the threshold.</param>
/// <param name="Annotated">Names of all categories annotated in the image; null where the rows of one image say it.</param>
/// <param name="ImageId">The same for all rows of one image; null where <paramref name="Annotated"/> is given.</param>
internal sealed record PresenceClaim(IReadOnlyList<string> Claimed, IReadOnlyList<string>? Annotated, string? ImageId);
