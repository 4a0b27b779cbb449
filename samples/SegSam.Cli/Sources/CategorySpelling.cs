using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>Categories as a table holds them: without blanks at their ends, and in the form (NFC) in which equal names are equal texts.</summary>
internal static class CategorySpelling
{
    /// <summary>Brings all rows to that form; names that become equal by it are told, as are those that stay different but look alike.</summary>
    public static IReadOnlyList<TableRow> Of(IReadOnlyList<TableRow> rows, SourceReading reading)
    {
        var names = rows.Select(row => row.Category.Normalize()).Distinct().ToList();
        foreach (var joined in names.GroupBy(name => name.Trim()).Where(group => group.Count() > 1))
            reading.Note($"Categories that differ by blanks at their ends alone are one: {string.Join(", ", joined.Select(name => $"'{name}'"))}.");
        if (SimilarNames.Groups(names.Select(name => name.Trim())) is { Count: > 0 } similar)
        {
            reading.Note($"These categories differ by case, blanks or punctuation alone and are kept apart: {SimilarNames.Text(similar)}. " +
                "Give what is one thing one name.");
        }

        var spelled = new List<TableRow>();
        foreach (var row in rows)
        {
            if (row.Category.Normalize().Trim() is { Length: > 0 } name)
                spelled.Add(row with { Category = name });
            else
                reading.LeftOut.Add("objects without a category", $"The category of '{row.MaskPath}' is blank");
        }

        return spelled;
    }
}
