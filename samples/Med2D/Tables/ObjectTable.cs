using System.Text;
using nietras.SeparatedValues;
using SampleKit;

namespace Med2D.Tables;

/// <summary>A table of objects: all of its rows, and those of one split.</summary>
/// <param name="All">Every row, in the order of the file.</param>
/// <param name="Rows">Those of the asked split.</param>
/// <param name="HasSplits">Whether the file has a column of splits.</param>
internal sealed record ObjectTable(string Path, IReadOnlyList<ObjectRow> All, IReadOnlyList<ObjectRow> Rows, bool HasSplits)
{
    private static readonly string[] Required = ["source", "modality", "image", "mask", "category"], Optional = ["case", "split"];

    /// <summary>Names of all sources, in the order of the file.</summary>
    public IReadOnlyList<string> Sources => [.. All.Select(row => row.Source).Distinct()];

    /// <summary>Reads a table and keeps the rows of a split, or all of them where the table has no splits.</summary>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The table is empty, lacks a column, or has no row of the split; or a line lacks a value. The message names file and line.
    /// </exception>
    public static ObjectTable Read(string path, string split)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no table '{path}'. Expected a CSV with {Expected}.");
        using var reader = Sep.Reader(options => options with { Unescape = true, Trim = SepTrim.All, DisableColCountCheck = true })
            .FromText(TextFile.Read(path));
        if (reader.IsEmpty)
            throw new InvalidDataException($"{path}, line 1: the file is empty. Expected {Expected}.");
        var names = reader.Header.ColNames;
        if (Required.Where(name => !names.Contains(name)).ToList() is { Count: > 0 } missing)
        {
            throw new InvalidDataException($"{path}, line 1: no column {string.Join(" and no column ", missing)}; "
                + $"found {string.Join(", ", names)}. Expected {Expected}.");
        }

        var all = new List<ObjectRow>();
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        foreach (var line in reader)
        {
            if (line.ColCount == 1 && line[0].Span.IsEmpty)
                continue; // an empty line
            var at = line.LineNumberFrom;
            if (line.ColCount != names.Count)
            {
                throw new InvalidDataException($"{path}, line {at}: {line.ColCount} values, but the first line names {names.Count} "
                    + "columns. Put values that contain the separator into quotes.");
            }

            var values = new Dictionary<string, string>();
            foreach (var name in Required.Concat(Optional).Where(names.Contains))
                values[name] = line[reader.Header.IndexOf(name)].ToString().Trim();
            all.Add(Row(path, folder, at, values));
        }

        if (all.Count == 0)
            throw new InvalidDataException($"{path}, line 2: the table has no rows. Expected a line for each object.");
        var hasSplits = names.Contains("split");
        var rows = hasSplits ? [.. all.Where(row => row.Split == split)] : all;
        return rows.Count > 0 ? new(path, all, rows, hasSplits) : throw new InvalidDataException(
            $"{path}: no row is of split '{split}'; found {string.Join(", ", all.Select(row => $"'{row.Split}'").Distinct())}. "
            + "Name one of these with --split.");
    }

    private static string Expected =>
        $"the columns {string.Join(", ", Required)} and, where known, {string.Join(", ", Optional)}, and a line for each object";

    /// <summary>A category as the model calls it: with spaces where the table has underscores.</summary>
    public static string NameOf(string category) => category.Replace('_', ' ');

    private static ObjectRow Row(string path, string folder, int line, Dictionary<string, string> values)
    {
        foreach (var name in Required.Where(name => values[name].Length == 0))
        {
            throw new InvalidDataException(
                $"{path}, line {line}: {name} is empty. Expected a value in each of {string.Join(", ", Required)}.");
        }

        var (image, mask) = (values["image"].Replace('\\', '/'), values["mask"].Replace('\\', '/'));
        return new()
        {
            Line = line,
            Source = values["source"],
            Modality = values["modality"],
            ImageId = image,
            MaskId = mask,
            ImagePath = File("image", image),
            MaskPath = File("mask", mask),
            Category = values["category"].Normalize(NormalizationForm.FormC),
            Case = values.GetValueOrDefault("case", ""),
            Split = values.GetValueOrDefault("split", ""),
        };

        string File(string column, string relative) =>
            System.IO.Path.Combine(folder, relative) is var full && System.IO.File.Exists(full) ? full
                : throw new FileNotFoundException($"{path}, line {line}: {column} is '{relative}', but there is no file '{full}'. "
                    + "Expected a path relative to the table.");
    }
}
