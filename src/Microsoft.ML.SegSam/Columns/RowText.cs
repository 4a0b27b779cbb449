using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Columns;

internal static class RowText
{
    /// <summary>Reads a text column's current value, trimmed; "" where it is missing.</summary>
    public static Func<string> TextGetter(this DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        var buffer = default(ReadOnlyMemory<char>);
        return () =>
        {
            getter(ref buffer);
            return buffer.ToString().Trim();
        };
    }
}

/// <summary>Reads a name per row from a column of text, or of keys whose values are text.</summary>
internal static class NameGetter
{
    /// <returns>
    /// A function giving the current row's name; it throws <see cref="InvalidOperationException"/> where the row has none.
    /// </returns>
    public static Func<string> Create(DataViewRow row, DataViewSchema.Column column)
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
