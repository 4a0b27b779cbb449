using Microsoft.ML;
using Microsoft.ML.TorchSharp;

namespace DetectionMetrics;

/// <summary>Mean average precision of boxes and names, as ML.NET's <c>EvaluateObjectDetection</c> computes it.</summary>
/// <param name="At50">Mean over the categories with an IoU threshold of 0.5; 0 to 1.</param>
/// <param name="At50To95">Mean over ten thresholds from 0.5 to 0.95.</param>
internal sealed record MeanPrecision(float At50, float At50To95)
{
    /// <remarks>ML.NET's evaluator ignores detections with scores below 0.05, and prints their number to the console.</remarks>
    public static MeanPrecision Of(MLContext ml, IReadOnlyList<DetectedSlice> rows)
    {
        // The evaluator fails on a predicted name that does not occur in the truth. Such a name has no precision and
        // enters no mean, so removing it changes nothing.
        var known = rows.SelectMany(row => row.Label).ToHashSet();
        var data = ml.Data.LoadFromEnumerable(rows.Select(row => Prepare(row, known)));
        var schema = data.Schema;
        var metrics = ml.MulticlassClassification.EvaluateObjectDetection(
            data, schema["Label"], schema["BoundingBoxes"], schema["PredictedLabel"], schema["PredictedBoundingBoxes"], schema["Score"]);
        return new(metrics.MAP50, metrics.MAP50_95);
    }

    private static DetectedSlice Prepare(DetectedSlice row, HashSet<string> known)
    {
        var kept = Enumerable.Range(0, row.PredictedLabel.Length).Where(i => known.Contains(row.PredictedLabel[i])).ToList();
        return new()
        {
            Label = row.Label,
            BoundingBoxes = Inside(row.BoundingBoxes),
            PredictedLabel = [.. kept.Select(i => row.PredictedLabel[i])],
            Score = [.. kept.Select(i => row.Score[i])],
            PredictedBoundingBoxes = Inside([.. kept.SelectMany(i => row.PredictedBoundingBoxes.Skip(4 * i).Take(4))]),
        };
    }

    // The evaluator expects inclusive x1 and y1; here they are exclusive.
    private static float[] Inside(float[] boxes) => [.. boxes.Select((value, i) => i % 4 < 2 ? value : value - 1)];
}
