using nietras.SeparatedValues;
using SampleKit;

namespace Med2D.Tables;

/// <summary>A line of a table.</summary>
/// <param name="Path">The table.</param>
/// <param name="Number">From 1.</param>
/// <param name="Values">Of the columns that the file has.</param>
internal sealed record CsvLine(string Path, int Number, IReadOnlyDictionary<string, string> Values)
{
    public string this[string column] => Values.GetValueOrDefault(column, "");

    /// <summary>The full path of a file that a column names.</summary>
    /// <param name="root">Where it starts; null: in the table's folder.</param>
    /// <exception cref="FileNotFoundException">There is none; the message names table and line.</exception>
    public string FullPath(string column, string? root = null)
    {
        var full = System.IO.Path.Combine(root ?? System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!, Relative(column));
        return System.IO.Path.Exists(full) ? full : throw new FileNotFoundException(
            $"{Path}, line {Number}: {column} is '{Relative(column)}', but there is no file '{full}'. "
            + $"Expected a path relative to {(root is null ? "the table" : $"'{root}'")}.");
    }

    /// <summary>A path as the table has it, with forward slashes.</summary>
    public string Relative(string column) => this[column].Replace('\\', '/');
}

/// <summary>Reads tables whose first line names the columns.</summary>
internal static class CsvFile
{
    /// <param name="what">What the lines are, for messages.</param>
    /// <returns>At least one line, each with a value in every required column.</returns>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The table is empty or lacks a column, or a line lacks a value. The message names file and line.
    /// </exception>
    public static IReadOnlyList<CsvLine> Read(
        string path, IReadOnlyList<string> required, IReadOnlyList<string> optional, string what)
    {
        var expected = $"the columns {string.Join(", ", required)} and, where known, {string.Join(", ", optional)}, "
            + $"and a line for each {what}";
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no table '{path}'. Expected a CSV with {expected}.");
        using var reader = Sep.Reader(options => options with { Unescape = true, Trim = SepTrim.All, DisableColCountCheck = true })
            .FromText(TextFile.Read(path));
        if (reader.IsEmpty)
            throw new InvalidDataException($"{path}, line 1: the file is empty. Expected {expected}.");
        var names = reader.Header.ColNames;
        if (required.Where(name => !names.Contains(name)).ToList() is { Count: > 0 } missing)
        {
            throw new InvalidDataException($"{path}, line 1: no column {string.Join(" and no column ", missing)}; "
                + $"found {string.Join(", ", names)}. Expected {expected}.");
        }

        var lines = new List<CsvLine>();
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
            foreach (var name in required.Concat(optional).Where(names.Contains))
                values[name] = line[reader.Header.IndexOf(name)].ToString().Trim();
            foreach (var name in required.Where(name => values[name].Length == 0))
            {
                throw new InvalidDataException(
                    $"{path}, line {at}: {name} is empty. Expected a value in each of {string.Join(", ", required)}.");
            }

            lines.Add(new(path, at, values));
        }

        return lines.Count > 0 ? lines
            : throw new InvalidDataException($"{path}, line 2: the table has no rows. Expected a line for each {what}.");
    }
}
