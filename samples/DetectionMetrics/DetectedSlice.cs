using Microsoft.ML;

namespace DetectionMetrics;

/// <summary>What is in a slice, and what was found in it. Boxes are x0 y0 x1 y1 in pixels, right and bottom just outside.</summary>
internal sealed class DetectedSlice
{
    public string[] Label { get; set; } = [];

    public float[] BoundingBoxes { get; set; } = [];

    public string[] PredictedLabel { get; set; } = [];

    public float[] Score { get; set; } = [];

    public float[] PredictedBoundingBoxes { get; set; } = [];

    /// <summary>Reads rows one by one, the keys of <see cref="PredictedLabel"/> turned into names.</summary>
    public static IEnumerable<DetectedSlice> Read(MLContext ml, IDataView found)
    {
        var named = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(found).Transform(found);
        foreach (var row in ml.Data.CreateEnumerable<DetectedSlice>(named, reuseRowObject: false))
        {
            // ML.NET leaves an array null for a vector of length 0.
            (row.Label, row.BoundingBoxes) = (row.Label ?? [], row.BoundingBoxes ?? []);
            (row.PredictedLabel, row.Score, row.PredictedBoundingBoxes) = (row.PredictedLabel ?? [], row.Score ?? [], row.PredictedBoundingBoxes ?? []);
            yield return row;
        }
    }
}
