using System.Globalization;
using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>Rows of a data view as text, exact to the last bit, so that any two can be compared whatever their columns.</summary>
internal static class Table
{
    /// <returns>For each row its id, then its cells.</returns>
    public static List<string[]> Read(IDataView view, Func<DataViewSchema.Column, bool>? which = null)
    {
        var columns = view.Schema.Where(which ?? (_ => true)).ToList();
        using var cursor = view.GetRowCursor(columns);
        return Read(cursor, columns);
    }

    public static List<string[]> Read(DataViewRowCursor cursor, IReadOnlyList<DataViewSchema.Column> columns)
    {
        var id = cursor.GetIdGetter();
        var cells = columns.Select(column => Cell(cursor, column)).ToList();
        var rows = new List<string[]>();
        while (cursor.MoveNext())
        {
            var rowId = default(DataViewRowId);
            id(ref rowId);
            rows.Add([rowId.ToString(), .. cells.Select(cell => cell())]);
        }

        return rows;
    }

    public static void AssertEqual(List<string[]> expected, List<string[]> actual, string what)
    {
        Assert.HasCount(expected.Count, actual, what);
        for (var i = 0; i < expected.Count; i++)
            CollectionAssert.AreEqual(expected[i], actual[i], $"{what}, row {i}");
    }

    /// <summary>The values of one column.</summary>
    public static List<T> Column<T>(IDataView view, string name)
    {
        var column = view.Schema[name];
        using var cursor = view.GetRowCursor([column]);
        var getter = cursor.GetGetter<T>(column);
        var values = new List<T>();
        while (cursor.MoveNext())
        {
            var value = default(T)!; // a buffer of its own for each row
            getter(ref value);
            values.Add(value);
        }

        return values;
    }

    public static List<T[]> Vectors<T>(IDataView view, string name) =>
        [.. Column<VBuffer<T>>(view, name).Select(vector => vector.DenseValues().ToArray())];

    private static Func<string> Cell(DataViewRow row, DataViewSchema.Column column) =>
        (Func<string>)typeof(Table).GetMethod(nameof(TypedCell), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column])!;

    private static Func<string> TypedCell<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        var value = default(T)!;
        return () =>
        {
            getter(ref value);
            return Text(value);
        };
    }

    private static string Text(object? value) => value switch
    {
        null => "none",
        MLImage image => Convert.ToHexString(image.Pixels),
        VBuffer<float> vector => Join(vector),
        VBuffer<bool> vector => Join(vector),
        VBuffer<uint> vector => Join(vector),
        VBuffer<int> vector => Join(vector),
        VBuffer<byte> vector => Join(vector),
        VBuffer<ReadOnlyMemory<char>> vector => Join(vector),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Join<T>(VBuffer<T> vector) =>
        $"{vector.Length}: {string.Join(' ', vector.DenseValues().Select(value => Text(value)))}";
}
