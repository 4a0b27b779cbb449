namespace Microsoft.ML.SegSam.Data;

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
