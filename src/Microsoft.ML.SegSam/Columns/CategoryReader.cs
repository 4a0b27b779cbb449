using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Knowledge;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>Reads the category of a row and its description.</summary>
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
        _row = row;
        _descriptionColumn = description?.Name;
        _name = RowText.Text(row, category);
        if (description is not { } column)
            return;
        if (ColumnCheck.IsText(column.Type))
            _description = RowText.Text(row, column);
        else
            _descriptionVector = row.GetGetter<VBuffer<float>>(column);
    }

    /// <summary>All categories of data that is not trained on; one called "object" if there is no category column, or no row.</summary>
    public static CategoryTexts Collect(IDataView data, string categoryColumn, string? descriptionColumn)
    {
        var categories = new CategoryTexts();
        if (data.Schema.GetColumnOrNull(categoryColumn) is not null)
        {
            var category = ColumnCheck.Require(data.Schema, categoryColumn, ColumnCheck.IsText, "text");
            DataViewSchema.Column? description = descriptionColumn is null ? null
                : ColumnCheck.Require(data.Schema, descriptionColumn, ColumnCheck.IsDescription, ColumnCheck.DescriptionKind);
            using var cursor = data.GetRowCursor(description is null ? [category] : [category, description.Value]);
            var reader = new CategoryReader(cursor, category, description);
            while (cursor.MoveNext())
            {
                if (reader.ReadName() is { Length: > 0 } name)
                    reader.ReadDescription(categories, categories.IndexOf(name));
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
