using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>The columns of the ground truth, found and checked.</summary>
internal sealed record TruthColumns(DataViewSchema.Column Mask, DataViewSchema.Column Category, DataViewSchema.Column ImageId)
{
    public IEnumerable<DataViewSchema.Column> All => [Mask, Category, ImageId];

    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public static TruthColumns Find(DataViewSchema schema, string mask, string category, string imageId) => new(
        ColumnCheck.Require(schema, mask, ColumnCheck.IsImage, ColumnCheck.ImageKind + " (the true mask)"),
        Name(schema, category, "the true category"),
        Name(schema, imageId, "the same in all rows of one image"));

    /// <summary>A column of names: text, or keys whose values are text.</summary>
    public static DataViewSchema.Column Name(DataViewSchema schema, string name, string meaning) =>
        ColumnCheck.Require(schema, name, $"text, or a UInt32 key whose values are text ({meaning})", NamedColumn.IsName,
            "Convert another type with ml.Transforms.Conversion.ConvertType to DataKind.String.");
}

/// <summary>Reads the ground truth of the current row.</summary>
internal sealed class TruthReader(DataViewRow row, TruthColumns columns)
{
    private readonly ImageReader _mask = new(row, columns.Mask);

    public Func<string> Category { get; } = RowText.Name(row, columns.Category);

    public Func<string> ImageId { get; } = RowText.Name(row, columns.ImageId);

    /// <summary>What looks wrong in masks that were read nevertheless.</summary>
    public RowWarnings Warnings { get; } = new();

    /// <summary>height x width pixels, row-major, at least one of them true.</summary>
    /// <exception cref="InvalidOperationException">There is no mask, or it is empty.</exception>
    public bool[] Mask(out int height, out int width)
    {
        var mask = _mask.ReadMask() ?? throw BadRow("there is no mask; leave the row out");
        (height, width) = (mask.Height, mask.Width);
        if (mask.IsEmpty)
            throw BadRow($"the mask {mask.WhyEmpty}; leave the row out, since no prompt can point at nothing");
        Warnings.AddRow();
        Warnings.Add(columns.Mask.Name, row.Position, mask);
        return MemoryMarshal.Cast<byte, bool>(mask.Pixels).ToArray(); // bytes of 0 and 1 only
    }

    public InvalidOperationException BadRow(string problem) => ColumnCheck.BadRow(columns.Mask.Name, row.Position, problem);
}
