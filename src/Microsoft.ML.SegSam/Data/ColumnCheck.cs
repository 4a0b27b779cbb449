using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SegSam.Data;

/// <summary>Column checks whose messages say what was found, what was expected and what to do.</summary>
internal static class ColumnCheck
{
    public const string ImageKind = "MLImage, or Vector<Byte> of an encoded file";

    public static bool IsImage(DataViewType type) => type is ImageDataViewType || IsVectorOf(type, NumberDataViewType.Byte);

    public static bool IsVectorOf(DataViewType type, DataViewType item) => type is VectorDataViewType vector && vector.ItemType.Equals(item);

    /// <summary>A vector of floats with the given length, or of a length known only row by row.</summary>
    public static bool IsFloats(DataViewType type, int length = 0) =>
        type is VectorDataViewType vector && vector.ItemType.Equals(NumberDataViewType.Single) && (length == 0 || vector.Size == 0 || vector.Size == length);

    public static bool IsText(DataViewType type) => type is TextDataViewType;

    /// <summary>The column, checked.</summary>
    /// <exception cref="ArgumentException">It is missing or of another type.</exception>
    public static DataViewSchema.Column Require(DataViewSchema schema, string name, Predicate<DataViewType> accepts, string expected)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw Missing(name, expected, schema.Where(other => !other.IsHidden).Select(other => other.Name));
        return accepts(column.Type) ? column : throw Mismatch(name, expected, column.Type.ToString());
    }

    public static ArgumentException Missing(string name, string expected, IEnumerable<string> present) =>
        new($"Column '{name}': not found; expected {expected}. The data has: {string.Join(", ", present)}. "
            + "(ML.NET's cache and shuffle drop MLImage columns: keep images encoded, as Vector<Byte>, where you need those.)");

    public static ArgumentException Mismatch(string name, string expected, string? found) =>
        new($"Column '{name}': expected {expected}, found {found}.");

    /// <summary>An error in the values of one row.</summary>
    public static InvalidOperationException BadRow(string column, long row, string problem, Exception? cause = null) =>
        new($"Column '{column}', row {row}: {problem}.", cause);
}
