using System.Runtime.CompilerServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Tests;

/// <summary>Compares schemas with each other and with what was promised of them.</summary>
internal static class SchemaCheck
{
    /// <summary>The shape of a schema; ML.NET keeps the method internal.</summary>
    public static SchemaShape ShapeOf(DataViewSchema schema) => Create(null, schema);

    public static void AssertEqual(DataViewSchema expected, DataViewSchema actual) =>
        CollectionAssert.AreEqual(expected.Select(Describe).ToList(), actual.Select(Describe).ToList());

    /// <summary>Each promise is kept, and nothing is delivered unannounced.</summary>
    public static void AssertKept(SchemaShape promised, DataViewSchema delivered) =>
        CollectionAssert.AreEquivalent(promised.Select(Describe).ToList(), ShapeOf(delivered).Select(Describe).ToList());

    private static string Describe(SchemaShape.Column column) =>
        $"{column.Name}: {column.Kind} of {column.ItemType}, key {column.IsKey}, "
        + $"[{string.Join("; ", column.Annotations.OrderBy(each => each.Name).Select(Describe))}]";

    private static string Describe(DataViewSchema.Column column) =>
        $"{column.Index} {column.Name} hidden {column.IsHidden}: {column.Type}, "
        + $"[{string.Join("; ", column.Annotations.Schema.Select(kind => $"{kind.Name} {kind.Type} = {Values(column, kind)}"))}]";

    private static string Values(DataViewSchema.Column column, DataViewSchema.Column kind)
    {
        if (kind.Type is not VectorDataViewType { ItemType: TextDataViewType })
            return "?";
        var values = default(VBuffer<ReadOnlyMemory<char>>);
        column.Annotations.GetValue(kind.Name, ref values);
        return string.Join(", ", values.DenseValues());
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "Create")]
    private static extern SchemaShape Create(SchemaShape? type, DataViewSchema schema);
}
