using Med2D.Tables;
using Microsoft.ML;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Options;

namespace Med2D.Training;

/// <summary>Has a trained model answer with the categories of a table in place of its own.</summary>
internal static class OtherCategories
{
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
