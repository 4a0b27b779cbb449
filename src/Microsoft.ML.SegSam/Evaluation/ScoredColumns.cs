using Microsoft.ML.Data;
using static Microsoft.ML.SegSam.Columns.ColumnCheck;
using static Microsoft.ML.SegSam.Columns.NamedColumn;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>The columns an evaluation reads, found and checked once, before any row.</summary>
internal sealed class ScoredColumns
{
    private const string FromModel = "Pass what a SEG-SAM model returns: model.Transform(data).";

    /// <exception cref="ArgumentException">A column is missing or of another type, or both optional names are given.</exception>
    public ScoredColumns(DataViewSchema schema, string mask, string category, string? presentCategories, string? imageId)
    {
        if (presentCategories is not null && imageId is not null)
        {
            throw new ArgumentException($"Both '{presentCategories}' and '{imageId}' are given to say which categories an " +
                "image holds; give one of them.");
        }

        if (presentCategories is null && imageId is null)
        {
            presentCategories = schema.GetColumnOrNull("PresentCategories")?.Name;
            imageId = presentCategories is null ? schema.GetColumnOrNull("ImageId")?.Name : null;
        }

        BinaryMask = Require(schema, "BinaryMask", "a vector of Boolean (the predicted mask)",
            column => IsVectorOf(column.Type, BooleanDataViewType.Instance), FromModel);
        SemanticMask = Require(schema, "SemanticMask", "a vector of UInt32 keys whose values are the category names",
            IsNamedKeyVector, FromModel);
        MaskSize = Require(schema, "MaskSize", "a vector of 2 Int32 (height, width)",
            column => IsVectorOf(column.Type, NumberDataViewType.Int32) && column.Type is VectorDataViewType { Size: 2 }, FromModel);
        ClassScores = Require(schema, "ClassScores", "a vector of Single",
            column => IsVectorOf(column.Type, NumberDataViewType.Single), FromModel);
        PredictedCategory = Require(schema, "PredictedCategory", "a UInt32 key whose values are the category names",
            IsNamedKey, FromModel);
        Mask = Require(schema, mask, $"{ImageKind} (the true mask)",
            column => IsImage(column.Type),
            "Load it with ml.Transforms.LoadRawImageBytes, or name the column that holds the true mask.");
        Category = Require(schema, category, "text, or a UInt32 key whose values are text (the true category)", IsName,
            "Name the column that holds the category of each row's object.");

        CategoryNames = Names(PredictedCategory, KeyValues);
        RequireSameNames(SemanticMask, KeyValues);
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
                "Convert it with ml.Transforms.Conversion.ConvertType to DataKind.String, or drop it to go without the F1.");
            if (schema.GetColumnOrNull("Image") is { } image && IsImage(image.Type))
                Image = image;
        }

        if (PresentCategories is not null || ImageId is not null)
        {
            var scores = Require(schema, "PresenceScores", "a vector of Single with the category names as slot names",
                column => IsVectorOf(column.Type, NumberDataViewType.Single) && HasNames(column, SlotNames), FromModel);
            RequireSameNames(scores, SlotNames);
            PresenceScores = scores;
        }
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

    /// <summary>The images, where rows of one image are found by <see cref="ImageId"/>: to make sure that they do share it.</summary>
    public DataViewSchema.Column? Image { get; }

    /// <summary>Read only where <see cref="PresentCategories"/> or <see cref="ImageId"/> is there to compare with.</summary>
    public DataViewSchema.Column? PresenceScores { get; }

    /// <summary>The K categories the model knows; key k stands for entry k - 1.</summary>
    public IReadOnlyList<string> CategoryNames { get; }

    /// <summary>What to ask a cursor for.</summary>
    public IEnumerable<DataViewSchema.Column> All =>
    [
        BinaryMask, SemanticMask, MaskSize, ClassScores, PredictedCategory, Mask, Category,
        .. ((DataViewSchema.Column?[])[PresentCategories, ImageId, Image, PresenceScores]).OfType<DataViewSchema.Column>(),
    ];

    private void RequireSameNames(DataViewSchema.Column column, string kind)
    {
        var names = Names(column, kind);
        if (!names.SequenceEqual(CategoryNames))
        {
            throw new ArgumentException($"Columns '{PredictedCategory.Name}' and '{column.Name}' name different categories: " +
                $"{string.Join(", ", CategoryNames)} and {string.Join(", ", names)}. {FromModel}");
        }
    }
}
