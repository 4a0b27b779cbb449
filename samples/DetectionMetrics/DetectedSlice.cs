using Microsoft.ML;

namespace DetectionMetrics;

/// <summary>The true and the detected objects of a slice. Boxes are x0 y0 x1 y1 in pixels, right and bottom exclusive.</summary>
internal sealed class DetectedSlice
{
    public string[] Label { get; set; } = [];

    public float[] BoundingBoxes { get; set; } = [];

    public string[] PredictedLabel { get; set; } = [];

    public float[] Score { get; set; } = [];

    public float[] PredictedBoundingBoxes { get; set; } = [];

    /// <summary>Reads rows lazily, and converts the keys of <see cref="PredictedLabel"/> to names.</summary>
    public static IEnumerable<DetectedSlice> Read(MLContext ml, IDataView found)
    {
        var named = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(found).Transform(found);
        foreach (var row in ml.Data.CreateEnumerable<DetectedSlice>(named, reuseRowObject: false))
        {
            // ML.NET leaves an array null for a vector of length 0.
            (row.Label, row.BoundingBoxes) = (row.Label ?? [], row.BoundingBoxes ?? []);
            (row.PredictedLabel, row.Score) = (row.PredictedLabel ?? [], row.Score ?? []);
            row.PredictedBoundingBoxes ??= [];
            yield return row;
        }
    }
}
