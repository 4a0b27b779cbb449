using System.Globalization;
using nietras.SeparatedValues;
using SampleKit;

namespace SegSam.Cli.Tables;

/// <summary>Writes training tables as CSV, with paths relative to the table if they are on the same drive.</summary>
internal static class TableWriter
{
    // Columns that are written only if a row has a value.
    private static readonly (string Name, Func<TableRow, string> Of)[] Optional =
    [
        (TableColumns.Description, row => row.Description), (TableColumns.Dataset, row => row.Dataset),
        (TableColumns.CaseId, row => row.CaseId), (TableColumns.Modality, row => row.Modality), (TableColumns.Split, row => row.Split),
    ];

    /// <exception cref="IOException">The file cannot be written; a previous file stays.</exception>
    public static void Write(string path, IReadOnlyList<TableRow> rows)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var optional = Optional.Where(column => rows.Any(row => column.Of(row).Length > 0)).ToList();
        using (var writer = Sep.New(',').Writer(options => options with { Escape = true }).ToText())
        {
            foreach (var row in rows)
            {
                using var line = writer.NewRow();
                line[TableColumns.ImagePath].Set(Relative(folder, row.ImagePath));
                line[TableColumns.MaskPath].Set(Relative(folder, row.MaskPath));
                line[TableColumns.Category].Set(row.Category);
                line[TableColumns.ImageId].Set(row.ImageId);
                line[TableColumns.Box].Set(string.Join(' ', row.Box.Select(number => number.ToString(CultureInfo.InvariantCulture))));
                foreach (var (name, of) in optional)
                    line[name].Set(of(row));
            }

            OutputFile.Write(path, writer.ToString());
        }
    }

    /// <summary>The path of a file in a table: relative to the table's folder, with forward slashes.</summary>
    public static string Relative(string folder, string path) =>
        Path.GetRelativePath(folder, Path.GetFullPath(path)).Replace('\\', '/');
}
