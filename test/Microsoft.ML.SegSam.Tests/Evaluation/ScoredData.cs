using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

/// <summary>Rows as a data view with the key values and slot names a model's output carries.</summary>
internal static class ScoredData
{
    public static readonly string[] Categories = ["kidney", "liver"];

    private static readonly string[] Optional = ["PresenceScores", "PresentCategories", "ImageId", "EncodedMask", "CategoryKey"];

    /// <param name="rows">The rows.</param>
    /// <param name="optional">Which of the optional columns to keep; none by default.</param>
    /// <param name="categories">What the model knows.</param>
    public static IDataView Of(IEnumerable<ScoredRow> rows, string[]? optional = null, string[]? categories = null) =>
        new MLContext(seed: 1).Data.LoadFromEnumerable(rows, Definition(optional ?? [], categories ?? Categories));

    public static SchemaDefinition Definition(string[] optional, string[] categories)
    {
        var definition = SchemaDefinition.Create(typeof(ScoredRow));
        foreach (var name in (string[])["PredictedCategory", "SemanticMask", "PresenceScores", "CategoryKey"])
            SetNames(definition, name, categories);
        foreach (var name in Optional.Except(optional))
            definition.Remove(definition[name]);
        return definition;
    }

    /// <summary>Gives a column its type and its category names (slot names or key values), or none.</summary>
    public static void SetNames(SchemaDefinition definition, string columnName, string[]? names)
    {
        // Annotations can be added but not replaced, so a fresh column takes the place of the old one.
        definition.Remove(definition[columnName]);
        var column = SchemaDefinition.Create(typeof(ScoredRow))[columnName];
        definition.Add(column);
        var count = names?.Length ?? Categories.Length;
        var key = new KeyDataViewType(typeof(uint), count);
        column.ColumnType = columnName switch
        {
            "PresenceScores" => new VectorDataViewType(NumberDataViewType.Single, count),
            "SemanticMask" => new VectorDataViewType(key),
            _ => key,
        };
        if (names is not null)
        {
            column.AddAnnotation(columnName == "PresenceScores" ? "SlotNames" : "KeyValues",
                ScoredRow.Dense([.. names.Select(name => name.AsMemory())]),
                new VectorDataViewType(TextDataViewType.Instance, count));
        }
    }
}
