using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Metrics;

/// <summary>Finds columns in a schema and explains what is wrong when one is missing or of another type.</summary>
internal static class ColumnCheck
{
    public const string KeyValues = "KeyValues";
    public const string SlotNames = "SlotNames";

    /// <summary>The column <paramref name="name"/>, which must satisfy <paramref name="fits"/>.</summary>
    /// <exception cref="ArgumentException">It is missing, or of another type; the message says what to do.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name, string expected,
        Predicate<DataViewSchema.Column> fits, string advice)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
        {
            var there = schema.Where(each => !each.IsHidden).Select(each => $"'{each.Name}'");
            throw new ArgumentException(
                $"Column '{name}' is missing; expected {expected}. {advice} The data has: {string.Join(", ", there)}.");
        }

        return fits(column)
            ? column
            : throw new ArgumentException($"Column '{name}' is {column.Type}; expected {expected}. {advice}");
    }

    public static bool IsVector(DataViewSchema.Column column, DataViewType item) =>
        column.Type is VectorDataViewType vector && vector.ItemType.Equals(item);

    /// <summary>Whether the column holds one name per row: text, or a UInt32 key whose values are text.</summary>
    public static bool IsName(DataViewSchema.Column column) => column.Type is TextDataViewType || IsNamedKey(column);

    public static bool IsNamedKey(DataViewSchema.Column column) => IsKey(column.Type) && HasNames(column, KeyValues);

    public static bool IsNamedKeyVector(DataViewSchema.Column column) =>
        column.Type is VectorDataViewType vector && IsKey(vector.ItemType) && HasNames(column, KeyValues);

    /// <summary>Whether the annotation (<see cref="KeyValues"/> or <see cref="SlotNames"/>) is there, as text.</summary>
    public static bool HasNames(DataViewSchema.Column column, string kind) =>
        column.Annotations.Schema.GetColumnOrNull(kind) is { } names && IsVector(names, TextDataViewType.Instance);

    /// <summary>The names in that annotation, in order.</summary>
    public static string[] Names(DataViewSchema.Column column, string kind)
    {
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        column.Annotations.GetValue(kind, ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static bool IsKey(DataViewType type) => type is KeyDataViewType && type.RawType == typeof(uint);
}
