using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>The columns that training reads, found and checked.</summary>
internal sealed record TrainingColumns(
    DataViewSchema.Column Image, DataViewSchema.Column Mask, DataViewSchema.Column Category, DataViewSchema.Column? Description,
    DataViewSchema.Column? Present, DataViewSchema.Column? ImageId, DataViewSchema.Column? Dataset,
    IReadOnlyList<DataViewSchema.Column> Prompts, PromptColumnNames PromptNames)
{
    public IEnumerable<DataViewSchema.Column> All =>
        ((DataViewSchema.Column?[])[Image, Mask, Category, Description, Present, ImageId, Dataset])
            .OfType<DataViewSchema.Column>().Concat(Prompts);

    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public static TrainingColumns Bind(DataViewSchema schema, TrainingColumnNames names)
    {
        var columns = Needs(names).Select(need => ColumnCheck.Require(schema, need)).DistinctBy(column => column.Name)
            .ToDictionary(column => column.Name);
        DataViewSchema.Column? Find(string? name) => name is null ? null : columns[name];
        return new(columns[names.Image], columns[names.Mask], columns[names.Category],
            Find(names.Description), Find(names.Present), Find(names.ImageId), Find(names.Dataset),
            [.. PromptReader.Needs(names.Prompts).Select(need => columns[need.Name])], names.Prompts);
    }

    /// <summary>What training needs from a schema.</summary>
    public static IEnumerable<ColumnNeed> Needs(TrainingColumnNames names)
    {
        foreach (var need in ScoringNeeds(names.Image, names.Prompts))
            yield return need;
        yield return new(names.Mask, ColumnCheck.IsImage, ColumnCheck.ImageKind);
        yield return new(names.Category, ColumnCheck.IsText, "text");
        if (names.Description is { } description)
            yield return new(description, ColumnCheck.IsDescription, ColumnCheck.DescriptionKind);
        if (names.Present is { } present)
            yield return new(present, type => ColumnCheck.IsVectorOf(type, TextDataViewType.Instance), "a vector of texts");
        foreach (var text in new[] { names.ImageId, names.Dataset }.OfType<string>())
            yield return new(text, ColumnCheck.IsText, "text");
    }

    /// <summary>What scoring needs from a schema.</summary>
    public static IEnumerable<ColumnNeed> ScoringNeeds(string image, PromptColumnNames prompts) =>
        [new(image, ColumnCheck.IsImage, ColumnCheck.ImageKind), .. PromptReader.Needs(prompts)];
}
