namespace Microsoft.ML.SegSam.Columns;

/// <summary>Counts what looks wrong in rows, by kind, so that a thousand rows with the same mistake give one line.</summary>
internal sealed class RowWarnings
{
    private readonly Dictionary<(string Column, string Kind), (int Count, long Row, string Found)> _kinds = [];
    private int _rows;

    /// <summary>Counts a row.</summary>
    public void AddRow() => _rows++;

    /// <summary>Counts one mistake of a row.</summary>
    /// <param name="kind">The mistake in words, the same for all rows that have it.</param>
    /// <param name="found">What this row holds.</param>
    public void Add(string column, long row, string kind, string found)
    {
        var (count, first, what) = _kinds.GetValueOrDefault((column, kind), (0, row, found));
        _kinds[(column, kind)] = (count + 1, first, what);
    }

    /// <summary>Counts what looks wrong in a mask.</summary>
    public void Add(string column, long row, Imaging.MaskImage mask)
    {
        foreach (var (kind, found) in mask.Doubts)
            Add(column, row, "masks: " + kind, found);
    }

    /// <summary>One line for each kind, with its first row.</summary>
    public IEnumerable<string> Lines => _kinds.Select(mistake => FormattableString.Invariant(
        $"Column '{mistake.Key.Column}', {mistake.Value.Count} of {_rows} rows: {mistake.Key.Kind}. ")
        + FormattableString.Invariant($"First: row {mistake.Value.Row} (counting from 0): {mistake.Value.Found}."));
}
