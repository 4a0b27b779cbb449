using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>Functions that read the current row's text in a column.</summary>
internal static class RowText
{
    /// <summary>Reads a text column, trimmed; "" for a missing value.</summary>
    public static Func<string> Text(DataViewRow row, DataViewSchema.Column column)
    {
        var read = FromText(row, column);
        return () => read().Trim();
    }

    /// <summary>Reads a name from a column of text, or of keys whose values are text.</summary>
    /// <returns>A function that throws <see cref="InvalidOperationException"/> if the row has no name.</returns>
    public static Func<string> Name(DataViewRow row, DataViewSchema.Column column)
    {
        var read = column.Type is KeyDataViewType ? FromKey(row, column) : FromText(row, column);
        return () => read() is { Length: > 0 } name ? name
            : throw ColumnCheck.BadRow(column.Name, row.Position, "the value is missing; fill it in, or filter out the rows that lack it");
    }

    private static Func<string> FromText(DataViewRow row, DataViewSchema.Column column)
    {
        var get = row.GetGetter<ReadOnlyMemory<char>>(column);
        return () =>
        {
            var text = default(ReadOnlyMemory<char>);
            get(ref text);
            return text.ToString();
        };
    }

    private static Func<string> FromKey(DataViewRow row, DataViewSchema.Column column)
    {
        var names = NamedColumn.Names(column, NamedColumn.KeyValues);
        var get = row.GetGetter<uint>(column);
        return () =>
        {
            var key = 0u; // 0 is ML.NET's missing key
            get(ref key);
            return key == 0 ? "" : names[key - 1];
        };
    }
}
