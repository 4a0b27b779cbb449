using Med2D.Scoring;
using Med2D.Tables;
using Microsoft.ML;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Options;

namespace Med2D.Training;

/// <summary>Has a trained model answer with the categories of a table in place of its own.</summary>
internal static class OtherCategories
{
    /// <summary>Which categories the table has, and for which sources they are all new to the model.</summary>
    public static AskedCategories Of(string model, ObjectTable table)
    {
        using var predictor = SegSamPredictor.Load(model);
        var known = predictor.Categories.ToHashSet();
        return new(
            table.All.Select(row => ObjectTable.NameOf(row.Category)).Distinct().Count(),
            [.. table.All.GroupBy(row => row.Source)
                .Where(source => !source.Any(row => known.Contains(ObjectTable.NameOf(row.Category)))).Select(source => source.Key)]);
    }

    /// <summary>The model with the table's categories: those that it does not know are recognized by their texts alone.</summary>
    /// <param name="embedder">The one that it was trained with.</param>
    public static SegSamTransformer Ask(string model, ObjectTable table, Embedder embedder)
    {
        using var generator = CategoryTexts.Open(embedder);
        var ml = new MLContext(seed: 1);
        return ml.Transforms.SegSam(new SegSamOptions
        {
            BoxColumnName = nameof(TrainingRow.Box),
            PointsColumnName = nameof(TrainingRow.Points),
            PointLabelsColumnName = nameof(TrainingRow.PointLabels),
            Checkpoint = model,
            TextEmbedder = generator,
            Epochs = 0,
        }).Fit(ml.Data.LoadFromEnumerable(table.All.DistinctBy(row => row.Category).Select(row => new TrainingRow(row, ""))));
    }
}
