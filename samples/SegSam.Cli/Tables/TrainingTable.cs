using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using SampleKit;

namespace SegSam.Cli.Tables;

/// <summary>The rows of a training table, and which of the optional columns it has.</summary>
internal sealed partial record TrainingTable(string Path, IReadOnlyList<TableRow> Rows, IReadOnlyList<string> Columns)
{
    // Columns whose presence changes what is trained or measured.
    private static readonly string[] OnlyIfGiven =
        [TableColumns.Description, TableColumns.Dataset, TableColumns.CaseId, TableColumns.Modality];
    private bool _isRead;

    public int Images => Rows.DistinctBy(row => row.ImageId).Count();

    public string Summary => $"{Path}: {NumberText.Plural(Images, "image")} with {NumberText.Plural(Rows.Count, "object")} of "
        + NumberText.Plural(Rows.DistinctBy(row => row.Category).Count(), "category", "categories");

    /// <summary>Reports category names that probably mean the same.</summary>
    /// <param name="others">Further names that these should match: those of a model or of the validation table.</param>
    public void NoteSimilarNames(IEnumerable<string> others, Action<string> note)
    {
        var groups = SimilarNames.Groups(Rows.Select(row => row.Category).Concat(others));
        if (groups.Count > 0)
        {
            note($"{Path}: these names differ only in case, spaces or punctuation, and count as different categories: "
                + $"{SimilarNames.Text(groups)}.");
        }
    }

    public bool Has(string column) => Columns.Contains(column);

    public IDataView Load(MLContext ml)
    {
        var schema = SchemaDefinition.Create(typeof(TableRow));
        foreach (var column in OnlyIfGiven.Where(column => !Has(column)))
            schema.Remove(schema.Single(item => item.ColumnName == column));
        return ml.Data.LoadFromEnumerable(Enumerate(), schema);
    }

    /// <summary>Runs work that reads the tables; an error in one of their rows names the file and the line.</summary>
    /// <exception cref="InvalidDataException">A row is invalid.</exception>
    public static T Reading<T>(IReadOnlyList<TrainingTable> tables, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (InvalidOperationException failure) when (RowError().Match(failure.Message) is { Success: true } found
            && tables.LastOrDefault(table => table._isRead) is { } table) // they are read one after the other
        {
            var row = table.Rows[int.Parse(found.Groups["row"].Value, CultureInfo.InvariantCulture)];
            var about = found.Groups["column"].Value switch
            {
                nameof(TableRow.Image) => row.ImagePath,
                nameof(TableRow.Mask) => row.MaskPath,
                var column => $"column {column}",
            };
            var problem = found.Groups["problem"].Value.Replace("?.", "?", StringComparison.Ordinal);
            throw new InvalidDataException($"{table.Path}, line {row.Line}: {about}: {problem}", failure);
        }
    }

    /// <summary>Replaces row numbers in a message of the library by lines of the table.</summary>
    /// <param name="tables">The tables, in the order in which they are read.</param>
    public static string WithLines(string message, params TrainingTable?[] tables)
    {
        return tables.LastOrDefault(table => table?._isRead == true) is { } table ? RowNumber().Replace(message, Line) : message;

        string Line(Match found)
        {
            var row = int.Parse(found.Groups["row"].Value, CultureInfo.InvariantCulture);
            return row < table.Rows.Count ? FormattableString.Invariant($"line {table.Rows[row].Line} of {table.Path}") : found.Value;
        }
    }

    private IEnumerable<TableRow> Enumerate()
    {
        foreach (var row in Rows)
        {
            _isRead = true;
            yield return row;
        }
    }

    [GeneratedRegex(@"^Column '(?<column>\w+)', row (?<row>\d+) \(counting from 0\): (?<problem>.*)$", RegexOptions.Singleline)]
    private static partial Regex RowError();

    [GeneratedRegex(@"row (?<row>\d+) \(counting from 0\)")]
    private static partial Regex RowNumber();
}
