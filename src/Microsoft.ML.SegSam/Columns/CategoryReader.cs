using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>Reads the category of a row, and what is said of it.</summary>
internal sealed class CategoryReader
{
    /// <summary>The one category of a model that knows no names.</summary>
    public const string AnyObject = "object";

    private readonly DataViewRow _row;
    private readonly string? _descriptionColumn;
    private readonly Func<string> _name;
    private readonly Func<string>? _description;
    private readonly ValueGetter<VBuffer<float>>? _descriptionVector;

    public CategoryReader(DataViewRow row, DataViewSchema.Column category, DataViewSchema.Column? description)
    {
        (_row, _descriptionColumn) = (row, description?.Name);
        _name = row.TextGetter(category);
        if (description is not { } column)
            return;
        if (ColumnCheck.IsText(column.Type))
            _description = row.TextGetter(column);
        else
            _descriptionVector = row.GetGetter<VBuffer<float>>(column);
    }

    /// <summary>All categories of data that nothing is trained on; a single one where there is no category column, or no row.</summary>
    public static CategoryTexts Collect(IDataView data, SegSamOptions options)
    {
        var categories = new CategoryTexts();
        if (data.Schema.GetColumnOrNull(options.CategoryColumnName) is not null)
        {
            var category = ColumnCheck.Require(data.Schema, options.CategoryColumnName, ColumnCheck.IsText, "text");
            var description = options.DescriptionColumnName is { } name ? ColumnCheck.Require(data.Schema, name, ColumnCheck.IsDescription, ColumnCheck.DescriptionKind) : default(DataViewSchema.Column?);
            using var cursor = data.GetRowCursor(description is null ? [category] : [category, description.Value]);
            var reader = new CategoryReader(cursor, category, description);
            while (cursor.MoveNext())
            {
                if (reader.ReadName() is { Length: > 0 } found)
                    reader.ReadDescription(categories, categories.IndexOf(found));
            }
        }

        if (categories.Names.Count == 0)
            categories.IndexOf(AnyObject);
        return categories;
    }

    public string ReadName() => _name();

    public void ReadDescription(CategoryTexts categories, int category)
    {
        if (_description is not null)
            categories.Describe(category, _description());
        if (_descriptionVector is null)
            return;
        var vector = default(VBuffer<float>);
        _descriptionVector(ref vector);
        var values = vector.DenseValues().ToArray();
        if (!values.All(float.IsFinite))
            throw ColumnCheck.BadRow(_descriptionColumn!, _row.Position, "the description vector holds NaN or infinity");
        try
        {
            categories.Describe(category, values);
        }
        catch (InvalidOperationException failure)
        {
            throw ColumnCheck.BadRow(_descriptionColumn!, _row.Position, failure.Message.TrimEnd('.'), failure);
        }
    }
}
