using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>
/// Holds out images, or cases, for validation: whole ones with all their objects, and never the last one that shows a category.
/// </summary>
internal static class HoldOut
{
    /// <summary>To be asked before anything is read or written.</summary>
    /// <param name="cases">What the cases are called; null where they are not known yet, or images are held out.</param>
    /// <exception cref="UsageException">The share is out of range, or leaves one part without cases.</exception>
    public static void Check(double? share, IReadOnlyCollection<string>? cases)
    {
        if (share is not (null or (> 0 and < 1)))
            throw new UsageException(FormattableString.Invariant($"--hold-out is {share}; it must be above 0 and below 1."));
        if (share is not null && cases is { Count: > 0 })
            _ = CountOf(share.Value, [.. cases], "case");
    }

    /// <param name="share">Fraction of the images or cases, which <see cref="Check"/> has seen; null holds out none.</param>
    /// <param name="isByCase">Whether the slices of a case stay together.</param>
    /// <exception cref="UsageException">It leaves one part without images.</exception>
    public static (IReadOnlyList<TableRow> Kept, IReadOnlyList<TableRow> Held) Split(
        IReadOnlyList<TableRow> rows, double? share, int seed, bool isByCase)
    {
        if (share is null)
            return (rows, []);
        string IdOf(TableRow row) => isByCase ? row.CaseId : row.ImageId;
        var what = isByCase ? "case" : "image";
        string[] images = [.. rows.Select(IdOf).Distinct().Order(StringComparer.Ordinal)];
        var count = CountOf(share.Value, images, what);
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

    private static int CountOf(double share, string[] names, string what)
    {
        if (names.Length == 1)
            throw new UsageException($"--hold-out needs several {what}s, and '{names[0]}' is the only one. Remove it, or add {what}s.");
        var count = (int)Math.Round(share * names.Length);
        return count > 0 && count < names.Length ? count : throw new UsageException(
            FormattableString.Invariant($"--hold-out is {share}, and of {names.Length} {what}s that is {count}; each part needs one. ")
            + FormattableString.Invariant($"Give {1.0 / names.Length:G2} to hold out one {what}."));
    }
}
