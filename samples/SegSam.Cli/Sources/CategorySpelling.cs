using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>Normalizes categories: no spaces at the ends, and Unicode form NFC, in which equal names are equal texts.</summary>
internal static class CategorySpelling
{
    /// <summary>Normalizes the categories of all rows, and reports names that become equal, or that stay different but look
    /// alike.</summary>
    public static IReadOnlyList<TableRow> Of(IReadOnlyList<TableRow> rows, SourceReading reading)
    {
        var names = rows.Select(row => row.Category.Normalize()).Distinct().ToList();
        foreach (var joined in names.GroupBy(name => name.Trim()).Where(group => group.Count() > 1))
        {
            reading.Note("These categories differ only in spaces at the ends and are merged: "
                + $"{string.Join(", ", joined.Select(name => $"'{name}'"))}.");
        }

        if (SimilarNames.Groups(names.Select(name => name.Trim())) is { Count: > 0 } similar)
        {
            reading.Note("These categories differ only in case, spaces or punctuation and stay separate: "
                + $"{SimilarNames.Text(similar)}. If they mean the same, use one name.");
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
