using Microsoft.ML;
using Microsoft.ML.TorchSharp;

namespace DetectionMetrics;

/// <summary>Mean average precision of boxes and names, as ML.NET's <c>EvaluateObjectDetection</c> computes it.</summary>
/// <param name="At50">Mean over the categories, where a box counts as found from an IoU of 0.5; 0 to 1.</param>
/// <param name="At50To95">Mean over ten such limits from 0.5 to 0.95.</param>
internal sealed record MeanPrecision(float At50, float At50To95)
{
    /// <remarks>Of what is found, scores below 0.05 do not count: ML.NET's evaluator leaves them out, and prints how many to the console.</remarks>
    public static MeanPrecision Of(MLContext ml, IReadOnlyList<DetectedSlice> rows)
    {
        // The evaluator fails on a predicted name that is nowhere in the truth. Such a name has no precision and
        // enters no mean, so leaving it out changes nothing.
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

    // The evaluator takes x1 and y1 for the last column and row inside; here they lie just outside.
    private static float[] Inside(float[] boxes) => [.. boxes.Select((value, i) => i % 4 < 2 ? value : value - 1)];
}
