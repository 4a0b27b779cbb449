using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>Columns that hold names: text, keys whose values are text, vectors with slot names.</summary>
internal static class NamedColumn
{
    public const string KeyValues = "KeyValues";
    public const string SlotNames = "SlotNames";

    /// <summary>Whether the column holds one name per row: text, or a UInt32 key whose values are text.</summary>
    public static bool IsName(DataViewSchema.Column column) => ColumnCheck.IsText(column.Type) || IsNamedKey(column);

    public static bool IsNamedKey(DataViewSchema.Column column) => IsKey(column.Type) && HasNames(column, KeyValues);

    public static bool IsNamedKeyVector(DataViewSchema.Column column) =>
        column.Type is VectorDataViewType vector && IsKey(vector.ItemType) && HasNames(column, KeyValues);

    /// <summary>Whether the column has the annotation (<see cref="KeyValues"/> or <see cref="SlotNames"/>), as text.</summary>
    public static bool HasNames(DataViewSchema.Column column, string kind) =>
        column.Annotations.Schema.GetColumnOrNull(kind) is { } names && ColumnCheck.IsVectorOf(names.Type, TextDataViewType.Instance);

    /// <summary>The names in that annotation, in order.</summary>
    public static string[] Names(DataViewSchema.Column column, string kind)
    {
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        column.Annotations.GetValue(kind, ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static bool IsKey(DataViewType type) => type is KeyDataViewType && type.RawType == typeof(uint);
}
