using System.Text;
using SampleKit;

namespace SegSam.Cli.Tables;

/// <summary>Reads a training table and checks everything that does not require opening its images.</summary>
internal static class TableReader
{
    /// <param name="split">Keeps only the rows of this split; null keeps all.</param>
    /// <param name="note">Receives messages about the table that are not errors.</param>
    /// <param name="leftOut">Receives rows that cannot be used; null: the first of them is an error.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A column is missing, no row is left, or one ImageId names different images; strict: or a row
    /// cannot be used.</exception>
    public static TrainingTable Read(string path, string? split, Action<string> note, LeftOut? leftOut = null)
    {
        leftOut ??= new(isStrict: true);
        var table = TableFile.Read(path, TableColumns.Required, note, leftOut);
        if (split is not null && !table.Columns.Contains(TableColumns.Split))
        {
            throw new InvalidDataException(
                $"{path} has no column Split, so --split {split} selects nothing. Add the column, or remove --split.");
        }

        var chosen = table.Lines
            .Where(line => split is null || line[TableColumns.Split].Equals(split, StringComparison.OrdinalIgnoreCase)).ToList();
        if (chosen.Count == 0 && table.Lines.Count > 0)
        {
            var splits = table.Lines.Select(line => line[TableColumns.Split]).Distinct();
            throw new InvalidDataException($"{path} has no row of split '{split}'; its splits are: {string.Join(", ", splits)}.");
        }

        var rows = new List<TableRow>();
        foreach (var line in chosen)
        {
            try
            {
                rows.Add(Row(line));
            }
            catch (BadRowException wrong)
            {
                leftOut.Add(wrong.Reason, wrong.Message);
            }
        }

        leftOut.ThrowIfNothingIsLeft(path, rows.Count);
        if (rows.Count == 0)
            throw new InvalidDataException($"{path} has no rows; give it one for each object.");
        CheckImageIds(path, rows);
        return new(path, rows, table.Columns);
    }

    private static TableRow Row(TableLine line)
    {
        var image = line.File(TableColumns.ImagePath);
        return new()
        {
            Line = line.Number,
            ImagePath = image,
            MaskPath = line.File(TableColumns.MaskPath),
            // Normalized accents, so that equal names are one category.
            Category = line[TableColumns.Category] is { Length: > 0 } category ? category.Normalize(NormalizationForm.FormC)
                : throw line.Bad("no Category", "Category is empty; give the object's name"),
            ImageId = line[TableColumns.ImageId] is { Length: > 0 } id ? id : TableWriter.Relative(line.Folder, image),
            Box = line.Numbers(TableColumns.Box, length => length is 0 or 4, "4 numbers x0 y0 x1 y1, or nothing"),
            Points = line.Numbers(TableColumns.Points, length => length % 2 == 0, "pairs of numbers x y x y ..."),
            PointLabels = line.Numbers(TableColumns.PointLabels, _ => true, "numbers, 1 or 0 for each point"),
            Description = line[TableColumns.Description],
            Dataset = line[TableColumns.Dataset],
            CaseId = line[TableColumns.CaseId],
            Modality = line[TableColumns.Modality],
            Split = line[TableColumns.Split],
        };
    }

    // Rows of one ImageId share one image: the second file would never be read, and its masks would be trained on the first one's pixels.
    private static void CheckImageIds(string path, IReadOnlyList<TableRow> rows)
    {
        var first = new Dictionary<string, TableRow>(StringComparer.Ordinal);
        var same = new HashSet<(string, string)>();
        foreach (var row in rows)
        {
            if (first.TryAdd(row.ImageId, row))
                continue;
            var known = first[row.ImageId];
            if (known.ImagePath == row.ImagePath || !same.Add((known.ImagePath, row.ImagePath)))
                continue;
            if (!File.ReadAllBytes(known.ImagePath).AsSpan().SequenceEqual(File.ReadAllBytes(row.ImagePath)))
            {
                throw new InvalidDataException($"{path}, lines {known.Line} and {row.Line}: the ImageId '{row.ImageId}' names two "
                    + $"different images, '{known.ImagePath}' and '{row.ImagePath}'. Rows with the same ImageId share one image: give each image its "
                    + "own ImageId, or remove the column to identify images by their paths.");
            }
        }
    }
}
