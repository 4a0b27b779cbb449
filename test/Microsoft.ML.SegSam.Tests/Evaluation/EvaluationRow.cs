using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

/// <summary>What an evaluation needs of an object, and no prompt.</summary>
public sealed record EvaluationRow
{
    static EvaluationRow() => SegSamTransformer.RegisterImageType();

    public MLImage? Image { get; set; }

    public MLImage? Mask { get; set; }

    public string? Category { get; set; }

    public string? ImageId { get; set; }

    public string? CaseId { get; set; }

    public string? Modality { get; set; }

    /// <summary>Two objects in each image; each image has the same case as its neighbor.</summary>
    internal static List<EvaluationRow> Rows(int images) => [.. TinyData.Rows(images).Select((row, i) => new EvaluationRow
    {
        Image = row.Image, Mask = row.Mask, Category = row.Category, ImageId = row.ImageId, CaseId = $"case {i / 4}",
        Modality = i / 4 == 0 ? "ct" : "mr",
    })];

    internal static IDataView Load(IEnumerable<EvaluationRow> rows) => FittedModel.Ml.Data.LoadFromEnumerable(rows);
}
