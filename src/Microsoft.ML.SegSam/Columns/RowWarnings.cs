namespace Microsoft.ML.SegSam.Columns;

/// <summary>Counts what is odd about rows, kind by kind, so that a thousand rows of one mistake make one line.</summary>
internal sealed class RowWarnings
{
    private readonly Dictionary<(string Column, string Kind), (int Count, long Row, string Found)> _kinds = [];
    private int _rows;

    /// <summary>Counts a row.</summary>
    public void AddRow() => _rows++;

    /// <param name="kind">The mistake in words, the same for all rows that make it.</param>
    /// <param name="found">What this row holds.</param>
    public void Add(string column, long row, string kind, string found)
    {
        var (count, first, what) = _kinds.GetValueOrDefault((column, kind), (0, row, found));
        _kinds[(column, kind)] = (count + 1, first, what);
    }

    /// <summary>Counts the doubts about a mask.</summary>
    public void Add(string column, long row, Imaging.MaskImage mask)
    {
        foreach (var (kind, found) in mask.Doubts)
            Add(column, row, "masks: " + kind, found);
    }

    /// <summary>One line for each kind, with its first row.</summary>
    public IEnumerable<string> Lines => _kinds.Select(each => FormattableString.Invariant(
        $"Column '{each.Key.Column}', {each.Value.Count} of {_rows} rows: {each.Key.Kind}. First: row {each.Value.Row} (counting from 0): {each.Value.Found}."));
}
