using System.Globalization;
using nietras.SeparatedValues;
using SampleKit;

namespace SegSam.Cli.Tables;

/// <summary>Writes training tables: commas, quotes where needed, paths relative to the table where it lies on their drive.</summary>
internal static class TableWriter
{
    // Written where a row has them.
    private static readonly (string Name, Func<TableRow, string> Of)[] Optional =
    [
        (TableColumns.Description, row => row.Description), (TableColumns.Dataset, row => row.Dataset), (TableColumns.CaseId, row => row.CaseId),
        (TableColumns.Modality, row => row.Modality), (TableColumns.Split, row => row.Split),
    ];

    /// <exception cref="IOException">The file cannot be written; what was there stays.</exception>
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

    /// <summary>A file as tables name it: relative to their folder, with forward slashes.</summary>
    public static string Relative(string folder, string path) => Path.GetRelativePath(folder, Path.GetFullPath(path)).Replace('\\', '/');
}
