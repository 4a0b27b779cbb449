using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Columns;
using static Microsoft.ML.SegSam.Columns.ColumnCheck;
using static Microsoft.ML.SegSam.Columns.NamedColumn;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>The columns that an evaluation reads, found and checked once, before any row is read.</summary>
internal sealed class ScoredColumns
{
    private readonly string _fromModel;

    /// <exception cref="ArgumentException">A column is missing or of another type, or both optional names are given.</exception>
    public ScoredColumns(DataViewSchema schema, EvaluationOptions options)
    {
        var prefix = options.OutputColumnPrefix;
        _fromModel = "Pass what a SEG-SAM model returns: model.Transform(data)"
            + (prefix == "" ? "." : $"; {nameof(options.OutputColumnPrefix)} is '{prefix}', the prefix of its output columns.");
        BinaryMask = Output(OutputColumns.BinaryMask, "a vector of Boolean (the predicted mask)",
            column => IsVectorOf(column.Type, BooleanDataViewType.Instance));
        SemanticMask = Output(OutputColumns.SemanticMask, "a vector of UInt32 keys whose values are the category names", IsNamedKeyVector);
        MaskSize = Output(OutputColumns.MaskSize, "a vector of 2 Int32 (height, width)",
            column => IsVectorOf(column.Type, NumberDataViewType.Int32) && column.Type is VectorDataViewType { Size: 2 });
        ClassScores = Output(OutputColumns.ClassScores, "a vector of Single",
            column => IsVectorOf(column.Type, NumberDataViewType.Single));
        PredictedCategory = Output(OutputColumns.PredictedCategory, "a UInt32 key whose values are the category names", IsNamedKey);
        Mask = Require(schema, options.MaskColumnName, $"{ImageKind} (the true mask)",
            column => IsImage(column.Type),
            "Load it with ml.Transforms.LoadRawImageBytes, or name the column that holds the true mask.");
        Category = Require(schema, options.CategoryColumnName, "text, or a UInt32 key whose values are text (the true category)", IsName,
            "Name the column that holds the category of each row's object.");

        CategoryNames = Names(PredictedCategory, KeyValues);
        RequireSameNames(SemanticMask, KeyValues);
        var (presentCategories, imageId) = ImageTruth(schema, options);
        if (presentCategories is not null)
        {
            PresentCategories = Require(schema, presentCategories, "a vector of text (all categories annotated in the row's image)",
                column => IsVectorOf(column.Type, TextDataViewType.Instance),
                "Name such a column, or drop this one and give an ImageId.");
        }

        if (imageId is not null)
        {
            ImageId = Require(schema, imageId, "text, or a UInt32 key whose values are text (the same in all rows of one image)",
                IsName,
                "Convert it with ml.Transforms.Conversion.ConvertType to DataKind.String, or drop it to evaluate without the presence F1.");
            if (schema.GetColumnOrNull(options.ImageColumnName) is { } image && IsImage(image.Type))
                Image = image;
        }

        if (PresentCategories is not null || ImageId is not null)
        {
            var scores = Output(OutputColumns.PresenceScores, "a vector of Single with the category names as slot names",
                column => IsVectorOf(column.Type, NumberDataViewType.Single) && HasNames(column, SlotNames));
            RequireSameNames(scores, SlotNames);
            PresenceScores = scores;
        }

        DataViewSchema.Column Output(string name, string expected, Predicate<DataViewSchema.Column> fits) =>
            Require(schema, prefix + name, expected, fits, _fromModel);
    }

    public DataViewSchema.Column BinaryMask { get; }

    public DataViewSchema.Column SemanticMask { get; }

    public DataViewSchema.Column MaskSize { get; }

    public DataViewSchema.Column ClassScores { get; }

    public DataViewSchema.Column PredictedCategory { get; }

    public DataViewSchema.Column Mask { get; }

    public DataViewSchema.Column Category { get; }

    public DataViewSchema.Column? PresentCategories { get; }

    public DataViewSchema.Column? ImageId { get; }

    /// <summary>The images, where <see cref="ImageId"/> says which rows share one: to check that they do.</summary>
    public DataViewSchema.Column? Image { get; }

    /// <summary>Null unless there is a <see cref="PresentCategories"/> or <see cref="ImageId"/> to compare with.</summary>
    public DataViewSchema.Column? PresenceScores { get; }

    /// <summary>The K categories the model knows; key k stands for entry k - 1.</summary>
    public IReadOnlyList<string> CategoryNames { get; }

    /// <summary>The columns that a cursor must read.</summary>
    public IEnumerable<DataViewSchema.Column> All =>
    [
        BinaryMask, SemanticMask, MaskSize, ClassScores, PredictedCategory, Mask, Category,
        .. ((DataViewSchema.Column?[])[PresentCategories, ImageId, Image, PresenceScores]).OfType<DataViewSchema.Column>(),
    ];

    // Which column says what categories an image holds.
    private static (string? PresentCategories, string? ImageId) ImageTruth(DataViewSchema schema, EvaluationOptions options)
    {
        if (options is { PresentCategoriesColumnName: { } present, ImageIdColumnName: { } imageId })
        {
            throw new ArgumentException($"Both {nameof(options.PresentCategoriesColumnName)} ('{present}') and "
                + $"{nameof(options.ImageIdColumnName)} ('{imageId}') are given to say which categories an image holds; give one of them.");
        }

        if (options.PresentCategoriesColumnName is not null || options.ImageIdColumnName is not null)
            return (options.PresentCategoriesColumnName, options.ImageIdColumnName);
        return schema.GetColumnOrNull("PresentCategories") is { } usual ? (usual.Name, null)
            : (null, schema.GetColumnOrNull("ImageId")?.Name);
    }

    private void RequireSameNames(DataViewSchema.Column column, string kind)
    {
        var names = Names(column, kind);
        if (!names.SequenceEqual(CategoryNames))
        {
            throw new ArgumentException($"Columns '{PredictedCategory.Name}' and '{column.Name}' name different categories: " +
                $"{string.Join(", ", CategoryNames)} and {string.Join(", ", names)}. {_fromModel}");
        }
    }
}
