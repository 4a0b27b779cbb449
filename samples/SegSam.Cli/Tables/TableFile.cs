using System.Globalization;
using System.Text;
using nietras.SeparatedValues;
using SampleKit;

namespace SegSam.Cli.Tables;

/// <summary>The values of a table as text.</summary>
internal sealed class TableFile
{
    private readonly List<TableLine> _lines = [];

    private TableFile(string path, IReadOnlyList<string> columns) => (Path, Columns) = (path, columns);

    public string Path { get; }

    /// <summary>The known columns that the table has.</summary>
    public IReadOnlyList<string> Columns { get; }

    public IReadOnlyList<TableLine> Lines => _lines;

    /// <param name="required">Columns that the table must have.</param>
    /// <param name="note">Receives a message about unknown columns.</param>
    /// <param name="leftOut">Receives lines with too many or too few values.</param>
    /// <exception cref="InvalidDataException">A column is missing, or the file is in an unknown encoding.</exception>
    public static TableFile Read(string path, IReadOnlyList<string> required, Action<string> note, LeftOut leftOut)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no table '{path}'. 'segsam convert' makes one from your masks.");
        var text = TextFile.Read(path);
        var first = text.AsSpan(0, Math.Max(0, text.AsSpan().IndexOfAny('\r', '\n'))).ToString();
        if (first.Split(',', ';', '\t').Select(name => name.Trim(' ', '"')).GroupBy(name => name, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(names => names.Key.Length > 0 && names.Count() > 1) is { } twice)
        {
            throw new InvalidDataException(
                $"{path} has the column {twice.Key} {NumberText.Count(twice.Count())} times; column names must be unique.");
        }

        using var reader = Sep.Reader(options => options with
        {
            Unescape = true,
            Trim = SepTrim.All,
            ColNameComparer = StringComparer.OrdinalIgnoreCase,
            DisableColCountCheck = true,
        }).FromText(text);
        if (reader.IsEmpty)
            throw new InvalidDataException($"{path} is empty. {TableColumns.Help}");
        var (header, count) = (reader.Header, reader.Header.ColNames.Count);
        var table = new TableFile(path, Known(path, header.ColNames, required, note));
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        foreach (var line in reader)
        {
            if (line.ColCount == 1 && line[0].Span.IsEmpty)
                continue; // an empty line
            var at = line.LineNumberFrom;
            if (line.ColCount != count)
            {
                leftOut.Add("a wrong number of values", $"{path}, line {at}: {line.ColCount} values, but the first line names "
                    + $"{count} columns. Put values that contain the separator into quotes.");
                continue;
            }

            var values = new Dictionary<string, string>();
            foreach (var name in table.Columns)
                values[name] = line[header.IndexOf(name)].ToString().Trim();
            table._lines.Add(new(path, at, folder, values));
        }

        return table;
    }

    private static List<string> Known(string path, IReadOnlyList<string> found, IReadOnlyList<string> required, Action<string> note)
    {
        string[] missing = [.. required.Where(name => !found.Contains(name, StringComparer.OrdinalIgnoreCase))];
        if (missing.Length > 0)
        {
            throw new InvalidDataException($"{path} has no column {string.Join(" and no column ", missing)}; "
                + $"found {string.Join(", ", found)}.{Environment.NewLine}{TableColumns.Help}");
        }

        string[] unknown = [.. found.Where(name => !TableColumns.All.Contains(name, StringComparer.OrdinalIgnoreCase))];
        if (unknown.Length > 0)
        {
            note($"{path}: ignored unknown columns: {string.Join(", ", unknown)}. "
                + $"The known columns are {string.Join(", ", TableColumns.All)}.");
        }

        List<string> known = [.. TableColumns.All.Where(name => found.Contains(name, StringComparer.OrdinalIgnoreCase))];
        return known.Contains(TableColumns.Points) == known.Contains(TableColumns.PointLabels) ? known
            : throw new InvalidDataException($"{path} has only one of the columns Points and PointLabels; give both or neither.");
    }
}

/// <summary>One line of a table; errors about its values name file and line.</summary>
internal sealed record TableLine(string Table, int Number, string Folder, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The value of a column; empty if there is no such column.</summary>
    public string this[string column] => Values.GetValueOrDefault(column, "");

    /// <summary>The full path of the file in a column, relative to the table. Tables made on Windows have backslashes.</summary>
    public string File(string column)
    {
        var text = this[column];
        if (text.Length == 0)
            throw Bad($"no {column}", $"{column} is empty; give the path of an image file");
        var forward = text.Replace('\\', '/');
        // A file with exactly that name wins; other systems write separators or accents differently.
        string[] spellings = [text, forward, forward.Normalize(NormalizationForm.FormC), forward.Normalize(NormalizationForm.FormD)];
        return spellings.Select(spelling => Path.GetFullPath(Path.Combine(Folder, spelling))).FirstOrDefault(System.IO.File.Exists)
            ?? throw Bad($"a missing file in {column}",
                $"{column} is '{text}', but there is no file '{Path.Combine(Folder, text)}'. Paths are relative to the table");
    }

    /// <summary>The numbers of a column, separated by spaces, commas or semicolons.</summary>
    public float[] Numbers(string column, Predicate<int> fits, string expected)
    {
        var text = this[column];
        var parts = text.Split([' ', ',', ';', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var numbers = new float[parts.Length];
        // In "8,5 9,5" the commas may be decimal commas: a text that could be read in two ways is refused.
        var hasOtherSeparators = text.Replace(", ", ",", StringComparison.Ordinal).AsSpan().ContainsAny(" ;\t");
        var isRight = !text.Contains(',', StringComparison.Ordinal) || !hasOtherSeparators;
        for (var i = 0; i < parts.Length; i++)
        {
            isRight &= float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i])
                && float.IsFinite(numbers[i]);
        }

        return isRight && fits(numbers.Length) ? numbers : throw Bad($"invalid {column}",
            $"{column} is '{text}'; expected {expected}, separated by spaces and with decimal points");
    }

    /// <summary>The error for a problem in this line.</summary>
    public BadRowException Bad(string reason, string problem) => new(reason, $"{Table}, line {Number}: {problem}.");
}
