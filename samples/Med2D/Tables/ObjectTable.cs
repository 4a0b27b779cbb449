using System.Text;

namespace Med2D.Tables;

/// <summary>A table of objects: all of its rows, and those of one split.</summary>
/// <param name="All">Every row, in the order of the file.</param>
/// <param name="Rows">Those of the asked split.</param>
/// <param name="HasSplits">Whether the file has a column of splits.</param>
internal sealed record ObjectTable(string Path, IReadOnlyList<ObjectRow> All, IReadOnlyList<ObjectRow> Rows, bool HasSplits)
{
    /// <summary>Names of all sources, in the order of the file.</summary>
    public IReadOnlyList<string> Sources => [.. All.Select(row => row.Source).Distinct()];

    /// <summary>Reads a table and keeps the rows of a split, or all of them where the table has no splits.</summary>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The table is empty, lacks a column, or has no row of the split; or a line lacks a value. The message names file and line.
    /// </exception>
    public static ObjectTable Read(string path, string split)
    {
        var lines = CsvFile.Read(path, ["source", "modality", "image", "mask", "category"], ["case", "split"], "object");
        List<ObjectRow> all = [.. lines.Select(Row)];
        var hasSplits = lines[0].Values.ContainsKey("split");
        var rows = hasSplits ? [.. all.Where(row => row.Split == split)] : all;
        return rows.Count > 0 ? new(path, all, rows, hasSplits) : throw new InvalidDataException(
            $"{path}: no row is of split '{split}'; found {string.Join(", ", all.Select(row => $"'{row.Split}'").Distinct())}. "
            + "Name one of these with --split.");
    }

    /// <summary>Chooses rows of the split by their sources and categories.</summary>
    /// <param name="only">Names to keep; empty keeps all.</param>
    /// <param name="without">Names to leave out.</param>
    /// <param name="withoutCategories">Categories to leave out, in every source.</param>
    /// <exception cref="ArgumentException">The table has no such source or category, or nothing is left.</exception>
    public IReadOnlyList<ObjectRow> Choose(
        IReadOnlyList<string> only, IReadOnlyList<string> without, IReadOnlyList<string> withoutCategories)
    {
        if (only.Concat(without).FirstOrDefault(name => !Sources.Contains(name)) is { } unknown)
            throw new ArgumentException($"{Path} has no source '{unknown}'; found {string.Join(", ", Sources)}.");
        var categories = All.Select(row => row.Category).Distinct().Order(StringComparer.Ordinal).ToList();
        if (withoutCategories.FirstOrDefault(name => !categories.Any(category => IsOf(category, [name]))) is { } missing)
            throw new ArgumentException($"{Path} has no category '{missing}'; found {string.Join(", ", categories)}.");
        List<ObjectRow> rows =
        [
            .. Rows.Where(row => (only.Count == 0 || only.Contains(row.Source)) && !without.Contains(row.Source)
                && !IsOf(row.Category, withoutCategories)),
        ];
        return rows.Count > 0 ? rows : throw new ArgumentException(
            $"{Path}: the chosen sources and categories leave no row of the split; choose others, or another --split.");
    }

    /// <summary>A category as the model calls it: with spaces where the table has underscores.</summary>
    public static string NameOf(string category) => category.Replace('_', ' ');

    private static bool IsOf(string category, IReadOnlyList<string> names) =>
        names.Any(name => NameOf(name) == NameOf(category));

    private static ObjectRow Row(CsvLine line) => new()
    {
        Line = line.Number,
        Source = line["source"],
        Modality = line["modality"],
        ImageId = line.Relative("image"),
        MaskId = line.Relative("mask"),
        ImagePath = line.FullPath("image"),
        MaskPath = line.FullPath("mask"),
        Category = line["category"].Normalize(NormalizationForm.FormC),
        Case = line["case"],
        Split = line["split"],
    };
}
