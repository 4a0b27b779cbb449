using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>What is needed from a column.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Accepts">Whether a type will do.</param>
/// <param name="Expected">The accepted types in words.</param>
internal sealed record ColumnNeed(string Name, Predicate<DataViewType> Accepts, string Expected);

/// <summary>Column checks whose messages say what was found, what was expected and what to do.</summary>
internal static class ColumnCheck
{
    public const string ImageKind = "MLImage, or Vector<Byte> of an encoded file";
    public const string DescriptionKind = "text, or a vector of floats";

    private const string ImagesVanish =
        "ML.NET's cache and shuffle drop MLImage columns: if you need those, keep images encoded, as Vector<Byte>.";

    public static bool IsImage(DataViewType type) => type is ImageDataViewType || IsVectorOf(type, NumberDataViewType.Byte);

    public static bool IsVectorOf(DataViewType type, DataViewType item) =>
        type is VectorDataViewType vector && vector.ItemType.Equals(item);

    /// <summary>Whether it is a vector of floats of the given length, or of a length that varies by row.</summary>
    /// <param name="length">0 accepts every length.</param>
    public static bool IsFloats(DataViewType type, int length = 0) =>
        type is VectorDataViewType vector && vector.ItemType.Equals(NumberDataViewType.Single)
        && (length == 0 || vector.Size == 0 || vector.Size == length);

    public static bool IsText(DataViewType type) => type is TextDataViewType;

    public static bool IsDescription(DataViewType type) => IsText(type) || IsFloats(type);

    /// <summary>The column, checked by its type.</summary>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    public static DataViewSchema.Column Require(DataViewSchema schema, ColumnNeed need) =>
        Require(schema, need.Name, need.Accepts, need.Expected);

    /// <inheritdoc cref="Require(DataViewSchema, ColumnNeed)"/>
    public static DataViewSchema.Column Require(DataViewSchema schema, string name, Predicate<DataViewType> accepts, string expected) =>
        Require(schema, name, expected, column => accepts(column.Type), Advice(expected));

    /// <summary>The column, checked by its type and annotations.</summary>
    /// <param name="advice">What to do about a missing or unfit column, as a sentence.</param>
    /// <exception cref="ArgumentException">The column is missing or does not fit.</exception>
    public static DataViewSchema.Column Require(
        DataViewSchema schema, string name, string expected, Predicate<DataViewSchema.Column> fits, string advice)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw Missing(name, expected, schema.Where(other => !other.IsHidden).Select(other => other.Name), advice);
        return fits(column) ? column : throw Mismatch(name, expected, column.Type.ToString(), advice);
    }

    /// <summary>Checks what is known of a column before fitting.</summary>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    public static void Require(SchemaShape schema, ColumnNeed need)
    {
        if (!schema.TryFindColumn(need.Name, out var column))
            throw Missing(need.Name, need.Expected, schema.Select(other => other.Name), Advice(need.Expected));
        if (!need.Accepts(TypeOf(column)))
            throw Mismatch(need.Name, need.Expected, column.GetTypeString());
    }

    private static ArgumentException Missing(string name, string expected, IEnumerable<string> present, string advice) =>
        new($"Column '{name}' is missing; expected {expected}. {advice}{(advice.Length > 0 ? " " : "")}"
            + $"The data has: {string.Join(", ", present.Select(other => $"'{other}'"))}.");

    public static ArgumentException Mismatch(string name, string expected, string? found, string advice = "") =>
        new($"Column '{name}' is {found}; expected {expected}. {advice}".TrimEnd());

    /// <summary>An error in the values of one row.</summary>
    public static InvalidOperationException BadRow(string column, long row, string problem, Exception? cause = null) =>
        new($"Column '{column}', row {row} (counting from 0): {problem}.", cause);

    // A shape does not know vector lengths; the checks accept an unknown length.
    private static DataViewType TypeOf(SchemaShape.Column column) =>
        column.Kind == SchemaShape.Column.VectorKind.Scalar || column.ItemType is not PrimitiveDataViewType item
            ? column.ItemType : new VectorDataViewType(item);

    private static string Advice(string expected) => expected == ImageKind ? ImagesVanish : "";
}
