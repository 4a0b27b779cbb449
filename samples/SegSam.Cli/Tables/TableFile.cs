using System.Globalization;
using System.Text;
using nietras.SeparatedValues;
using SampleKit;

namespace SegSam.Cli.Tables;

/// <summary>The texts of a table: lines of values under the names of columns.</summary>
internal sealed class TableFile
{
    private readonly List<TableLine> _lines = [];

    private TableFile(string path, IReadOnlyList<string> columns) => (Path, Columns) = (path, columns);

    public string Path { get; }

    /// <summary>The columns that are both known and there.</summary>
    public IReadOnlyList<string> Columns { get; }

    public IReadOnlyList<TableLine> Lines => _lines;

    /// <param name="needed">Columns that must be there.</param>
    /// <param name="note">Receives which columns nobody knows.</param>
    /// <param name="leftOut">Receives lines of too many or too few values.</param>
    /// <exception cref="InvalidDataException">A column is missing, or the file is in an unknown encoding.</exception>
    public static TableFile Read(string path, IReadOnlyList<string> needed, Action<string> note, LeftOut leftOut)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no table '{path}'. 'segsam convert' makes one from your masks.");
        var text = TextFile.Read(path);
        var first = text.AsSpan(0, Math.Max(0, text.AsSpan().IndexOfAny('\r', '\n'))).ToString();
        if (first.Split(',', ';', '\t').Select(name => name.Trim(' ', '"')).GroupBy(name => name, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(names => names.Key.Length > 0 && names.Count() > 1) is { } twice)
            throw new InvalidDataException($"{path} has the column {twice.Key} {Words.Count(twice.Count())} times; names of columns must differ.");
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
        var table = new TableFile(path, Known(path, header.ColNames, needed, note));
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        foreach (var line in reader)
        {
            if (line.ColCount == 1 && line[0].Span.IsEmpty)
                continue; // an empty line
            var at = line.LineNumberFrom;
            if (line.ColCount != count)
            {
                leftOut.Add("another number of values than columns", $"{path}, line {at}: {line.ColCount} values where the first line names "
                    + $"{count} columns. Put values that hold the separator into quotes.");
                continue;
            }

            var values = new Dictionary<string, string>();
            foreach (var name in table.Columns)
                values[name] = line[header.IndexOf(name)].ToString().Trim();
            table._lines.Add(new(path, at, folder, values));
        }

        return table;
    }

    private static List<string> Known(string path, IReadOnlyList<string> found, IReadOnlyList<string> needed, Action<string> note)
    {
        string[] missing = [.. needed.Where(name => !found.Contains(name, StringComparer.OrdinalIgnoreCase))];
        if (missing.Length > 0)
        {
            throw new InvalidDataException($"{path} has no column {string.Join(" and no column ", missing)}; found {string.Join(", ", found)}."
                + $"{Environment.NewLine}{TableColumns.Help}");
        }

        string[] unknown = [.. found.Where(name => !TableColumns.All.Contains(name, StringComparer.OrdinalIgnoreCase))];
        if (unknown.Length > 0)
        {
            note($"{path}: not used, as no such column is known: {string.Join(", ", unknown)}. "
                + $"Known are {string.Join(", ", TableColumns.All)}.");
        }

        List<string> known = [.. TableColumns.All.Where(name => found.Contains(name, StringComparer.OrdinalIgnoreCase))];
        return known.Contains(TableColumns.Points) == known.Contains(TableColumns.PointLabels) ? known
            : throw new InvalidDataException($"{path} has one of the columns Points and PointLabels; give both or neither.");
    }
}

/// <summary>One line of a table; a problem of its values names file and line.</summary>
internal sealed record TableLine(string Table, int Number, string Folder, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The value of a column; empty where there is no such column.</summary>
    public string this[string column] => Values.GetValueOrDefault(column, "");

    /// <summary>The full path of a file that the column names, relative to the table. Tables made on Windows have backslashes.</summary>
    public string File(string column)
    {
        var text = this[column];
        if (text.Length == 0)
            throw Bad($"no {column}", $"{column} is empty; give the path of a picture");
        var forward = text.Replace('\\', '/');
        // A file of exactly that name wins; other systems write its separators or its accents in another way.
        string[] spellings = [text, forward, forward.Normalize(NormalizationForm.FormC), forward.Normalize(NormalizationForm.FormD)];
        return spellings.Select(spelling => Path.GetFullPath(Path.Combine(Folder, spelling))).FirstOrDefault(System.IO.File.Exists)
            ?? throw Bad($"no file of {column}",
                $"{column} is '{text}', but there is no file '{Path.Combine(Folder, text)}'. Paths are relative to the table");
    }

    /// <summary>The numbers of a column, with blanks between them, or commas or semicolons alone.</summary>
    public float[] Numbers(string column, Predicate<int> fits, string expected)
    {
        var text = this[column];
        var parts = text.Split([' ', ',', ';', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var numbers = new float[parts.Length];
        // In "8,5 9,5" commas may be decimal ones: what would be read as four numbers is refused.
        var hasOtherSeparators = text.Replace(", ", ",", StringComparison.Ordinal).AsSpan().ContainsAny(" ;\t");
        var isRight = !text.Contains(',', StringComparison.Ordinal) || !hasOtherSeparators;
        for (var i = 0; i < parts.Length; i++)
            isRight &= float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) && float.IsFinite(numbers[i]);
        return isRight && fits(numbers.Length) ? numbers : throw Bad($"a {column} that makes no sense",
            $"{column} is '{text}'; expected {expected}, with blanks between numbers and decimal points in them");
    }

    /// <summary>The error of a problem in this line.</summary>
    public BadRowException Bad(string reason, string problem) => new(reason, $"{Table}, line {Number}: {problem}.");
}
