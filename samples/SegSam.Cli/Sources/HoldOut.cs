using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>
/// Holds out images, or cases, for validation: whole ones with all their objects, and never the last one that shows a category.
/// </summary>
internal static class HoldOut
{
    /// <param name="share">Fraction of the images or cases, above 0 and below 1; null holds out none.</param>
    /// <param name="isByCase">Whether the slices of a case stay together.</param>
    /// <exception cref="UsageException">The share is out of range, or leaves one part without images.</exception>
    public static (IReadOnlyList<TableRow> Kept, IReadOnlyList<TableRow> Held) Split(
        IReadOnlyList<TableRow> rows, double? share, int seed, bool isByCase)
    {
        if (share is null)
            return (rows, []);
        string IdOf(TableRow row) => isByCase ? row.CaseId : row.ImageId;
        var what = isByCase ? "case" : "image";
        string[] images = [.. rows.Select(IdOf).Distinct().Order(StringComparer.Ordinal)];
        if (share is not (> 0 and < 1))
            throw new UsageException(FormattableString.Invariant($"--hold-out is {share}; it must be above 0 and below 1."));
        if (images.Length == 1)
            throw new UsageException($"--hold-out needs several {what}s, and '{images[0]}' is the only one. Remove it, or add {what}s.");
        var count = (int)Math.Round(share.Value * images.Length);
        if (count == 0 || count == images.Length)
        {
            throw new UsageException(FormattableString.Invariant($"--hold-out is {share}, and of {images.Length} {what}s that is ")
                + FormattableString.Invariant($"{count}; each part needs one. Give {1.0 / images.Length:G2} to ")
                + $"hold out one {what}.");
        }

        new Random(seed).Shuffle(images);
        var categories = rows.GroupBy(IdOf).ToDictionary(
            image => image.Key, image => image.Select(row => row.Category).Distinct().ToList(), StringComparer.Ordinal);
        var left = categories.Values.SelectMany(names => names).CountBy(name => name).ToDictionary();
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var image in images.Where(image => held.Count < count && categories[image].TrueForAll(name => left[name] > 1)))
        {
            held.Add(image);
            foreach (var name in categories[image])
                left[name]--;
        }

        return held.Count > 0
            ? ([.. rows.Where(row => !held.Contains(IdOf(row)))], [.. rows.Where(row => held.Contains(IdOf(row)))])
            : throw new UsageException($"--hold-out finds no {what} that can be held out: each shows a category that no other {what} "
                + "shows, and the training part must contain every category.");
    }
}
