using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>The columns that training reads, found and checked.</summary>
internal sealed record TrainingColumns(
    DataViewSchema.Column Image, DataViewSchema.Column Mask, DataViewSchema.Column Category, DataViewSchema.Column? Description,
    DataViewSchema.Column? Present, DataViewSchema.Column? ImageId, DataViewSchema.Column? Dataset, IReadOnlyList<DataViewSchema.Column> Prompts)
{
    public IEnumerable<DataViewSchema.Column> All =>
        ((DataViewSchema.Column?[])[Image, Mask, Category, Description, Present, ImageId, Dataset]).OfType<DataViewSchema.Column>().Concat(Prompts);

    public static TrainingColumns Bind(DataViewSchema schema, SegSamOptions options)
    {
        var columns = Needs(options).Select(need => (need.Name, Column: ColumnCheck.Require(schema, need.Name, need.Accepts, need.Expected)))
            .DistinctBy(pair => pair.Name).ToDictionary(pair => pair.Name, pair => pair.Column);
        DataViewSchema.Column? Find(string? name) => name is null ? null : columns[name];
        return new(columns[options.ImageColumnName], columns[options.MaskColumnName], columns[options.CategoryColumnName],
            Find(options.DescriptionColumnName), Find(options.PresentCategoriesColumnName), Find(options.ImageIdColumnName),
            Find(options.DatasetColumnName), [.. PromptReader.Needs(options).Select(need => columns[need.Name])]);
    }

    /// <summary>What fitting needs from a schema: name, test and the words for it. Without training it is what scoring needs.</summary>
    public static IEnumerable<(string Name, Predicate<DataViewType> Accepts, string Expected)> Needs(SegSamOptions options)
    {
        yield return (options.ImageColumnName, ColumnCheck.IsImage, ColumnCheck.ImageKind);
        foreach (var prompt in PromptReader.Needs(options))
            yield return prompt;
        if (!options.IsTrained)
            yield break;
        yield return (options.MaskColumnName, ColumnCheck.IsImage, ColumnCheck.ImageKind);
        yield return (options.CategoryColumnName, ColumnCheck.IsText, "text");
        if (options.DescriptionColumnName is { } description)
            yield return (description, ColumnCheck.IsDescription, ColumnCheck.DescriptionKind);
        if (options.PresentCategoriesColumnName is { } present)
            yield return (present, type => ColumnCheck.IsVectorOf(type, TextDataViewType.Instance), "a vector of texts");
        foreach (var text in new[] { options.ImageIdColumnName, options.DatasetColumnName }.OfType<string>())
            yield return (text, ColumnCheck.IsText, "text");
    }
}
