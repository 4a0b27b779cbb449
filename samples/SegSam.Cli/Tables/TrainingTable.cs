using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using SampleKit;

namespace SegSam.Cli.Tables;

/// <summary>The rows of a training table, and which of the optional columns it has.</summary>
internal sealed partial record TrainingTable(string Path, IReadOnlyList<TableRow> Rows, IReadOnlyList<string> Columns)
{
    // Columns that change what is learnt or measured by being there.
    private static readonly string[] OnlyIfGiven = [TableColumns.Description, TableColumns.Dataset, TableColumns.CaseId, TableColumns.Modality];
    private bool _isRead;

    public int Images => Rows.DistinctBy(row => row.ImageId).Count();

    public string Summary => $"{Path}: {Words.Several(Images, "image")} with {Words.Several(Rows.Count, "object")} of {Words.Several(Rows.DistinctBy(row => row.Category).Count(), "category", "categories")}";

    /// <summary>Tells which category names are probably meant as one.</summary>
    /// <param name="others">Names that these must match: of a model or of the training table.</param>
    public void TellOfSimilarNames(IEnumerable<string> others, Action<string> note)
    {
        var groups = SimilarNames.Groups(Rows.Select(row => row.Category).Concat(others));
        if (groups.Count > 0)
            note($"{Path}: these names differ only by case, blanks or punctuation, and count as different categories: {SimilarNames.Text(groups)}.");
    }

    public bool Has(string column) => Columns.Contains(column);

    public IDataView Load(MLContext ml)
    {
        var schema = SchemaDefinition.Create(typeof(TableRow));
        foreach (var column in OnlyIfGiven.Where(column => !Has(column)))
            schema.Remove(schema.Single(each => each.ColumnName == column));
        return ml.Data.LoadFromEnumerable(Enumerate(), schema);
    }

    /// <summary>Runs what reads the tables; an error in a row of theirs names the file and the line.</summary>
    /// <exception cref="InvalidDataException">A row makes no sense.</exception>
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
            throw new InvalidDataException($"{table.Path}, line {row.Line}: {about}: {found.Groups["problem"].Value.Replace("?.", "?", StringComparison.Ordinal)}", failure);
        }
    }

    /// <summary>A message of the library with lines of the table in place of its rows' numbers.</summary>
    /// <param name="tables">Those that may be read so far, one after the other.</param>
    public static string InLines(string message, params TrainingTable?[] tables) => tables.LastOrDefault(table => table?._isRead == true) is not { } table ? message
        : RowNumber().Replace(message, found => int.Parse(found.Groups["row"].Value, CultureInfo.InvariantCulture) is var row && row < table.Rows.Count
            ? FormattableString.Invariant($"line {table.Rows[row].Line} of {table.Path}") : found.Value);

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
