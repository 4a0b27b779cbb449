using System.Globalization;
using nietras.SeparatedValues;

namespace SegSam.Cli.Tables;

/// <summary>Reads a training table and checks all that can be checked without opening its images.</summary>
internal static class TableReader
{
    /// <param name="split">Keeps the rows of this split alone; null keeps all.</param>
    /// <param name="note">Receives what the user should know of a table that is read all the same.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or one that it names is missing.</exception>
    /// <exception cref="InvalidDataException">A column is missing, or a value makes no sense; the message names the line.</exception>
    public static TrainingTable Read(string path, string? split, Action<string> note)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no table '{path}'. 'segsam convert' makes one from your masks.");
        using var reader = Open(path);
        if (reader.IsEmpty)
            throw new InvalidDataException($"{path} is empty. {TableColumns.Help}");
        var columns = Check(path, reader.Header.ColNames, note);
        if (split is not null && !columns.Contains(TableColumns.Split))
            throw new InvalidDataException($"{path} has no column Split, so --split {split} picks nothing. Add it, or leave --split out.");
        var rows = ReadRows(path, reader, columns);
        var kept = split is null ? rows : rows.FindAll(row => row.Split.Equals(split, StringComparison.OrdinalIgnoreCase));
        if (kept.Count == 0)
            throw new InvalidDataException(split is null || rows.Count == 0 ? $"{path} has no rows; give it one for each object."
                : $"{path} has no row of split '{split}'; there are: {string.Join(", ", rows.Select(row => row.Split).Distinct())}.");
        return new(path, kept, columns);
    }

    private static SepReader Open(string path) =>
        Sep.Reader(options => options with { Unescape = true, Trim = SepTrim.All, ColNameComparer = StringComparer.OrdinalIgnoreCase, DisableColCountCheck = true }).FromFile(path);

    private static List<string> Check(string path, IReadOnlyList<string> found, Action<string> note)
    {
        string[] missing = [.. TableColumns.Needed.Where(name => !found.Contains(name, StringComparer.OrdinalIgnoreCase))];
        if (missing.Length > 0)
            throw new InvalidDataException($"{path} has no column {string.Join(" and no column ", missing)}; found {string.Join(", ", found)}.{Environment.NewLine}{TableColumns.Help}");
        string[] unknown = [.. found.Where(name => !TableColumns.All.Contains(name, StringComparer.OrdinalIgnoreCase))];
        if (unknown.Length > 0)
            note($"{path}: not used, as no such column is known: {string.Join(", ", unknown)}. Known are {string.Join(", ", TableColumns.All)}.");
        if (found.Contains(TableColumns.Points, StringComparer.OrdinalIgnoreCase) != found.Contains(TableColumns.PointLabels, StringComparer.OrdinalIgnoreCase))
            throw new InvalidDataException($"{path} has one of the columns Points and PointLabels; give both or neither.");
        return [.. TableColumns.All.Where(name => found.Contains(name, StringComparer.OrdinalIgnoreCase))];
    }

    private static List<TableRow> ReadRows(string path, SepReader reader, List<string> columns)
    {
        var (folder, rows, known) = (Path.GetDirectoryName(Path.GetFullPath(path))!, new List<TableRow>(), new HashSet<string>(StringComparer.Ordinal));
        var count = reader.Header.ColNames.Count;
        foreach (var line in reader)
        {
            var at = line.LineNumberFrom;
            if (line.ColCount == 1 && line[0].Span.IsEmpty)
                continue; // an empty line
            if (line.ColCount != count)
                throw new InvalidDataException($"{path}, line {at}: {line.ColCount} values where the first line names {count} columns. Put values that hold the separator into quotes.");
            var values = columns.ToDictionary(name => name, name => "");
            foreach (var name in columns)
                values[name] = line[reader.Header.IndexOf(name)].ToString();
            rows.Add(new TableRow
            {
                Line = at,
                ImagePath = Existing(path, at, folder, TableColumns.ImagePath, values, known),
                MaskPath = Existing(path, at, folder, TableColumns.MaskPath, values, known),
                Category = values[TableColumns.Category] is { Length: > 0 } category ? category : throw new InvalidDataException($"{path}, line {at}: Category is empty; give the object's name."),
                ImageId = values.GetValueOrDefault(TableColumns.ImageId) is { Length: > 0 } id ? id : values[TableColumns.ImagePath],
                Box = Numbers(path, at, TableColumns.Box, values, length => length is 0 or 4, "4 numbers x0 y0 x1 y1, or nothing"),
                Points = Numbers(path, at, TableColumns.Points, values, length => length % 2 == 0, "pairs of numbers x y x y ..."),
                PointLabels = Numbers(path, at, TableColumns.PointLabels, values, _ => true, "numbers, 1 or 0 for each point"),
                Description = values.GetValueOrDefault(TableColumns.Description, ""),
                Dataset = values.GetValueOrDefault(TableColumns.Dataset, ""),
                CaseId = values.GetValueOrDefault(TableColumns.CaseId, ""),
                Modality = values.GetValueOrDefault(TableColumns.Modality, ""),
                Split = values.GetValueOrDefault(TableColumns.Split, ""),
            });
        }

        return rows;
    }

    private static string Existing(string path, int line, string folder, string column, Dictionary<string, string> values, HashSet<string> known)
    {
        if (values[column].Length == 0)
            throw new InvalidDataException($"{path}, line {line}: {column} is empty; give the path of a picture.");
        var file = Path.Combine(folder, values[column]);
        return known.Contains(file) || (File.Exists(file) && known.Add(file)) ? file
            : throw new FileNotFoundException($"{path}, line {line}: {column} is '{values[column]}', but there is no file '{file}'. Paths are relative to the table.");
    }

    private static float[] Numbers(string path, int line, string column, Dictionary<string, string> values, Predicate<int> fits, string expected)
    {
        var text = values.GetValueOrDefault(column, "");
        var parts = text.Split([' ', ',', ';', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var numbers = new float[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
                throw new InvalidDataException($"{path}, line {line}: {column} is '{text}'; expected {expected}.");
        }

        return fits(numbers.Length) ? numbers : throw new InvalidDataException($"{path}, line {line}: {column} is '{text}'; expected {expected}.");
    }
}
