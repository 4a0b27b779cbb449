using System.Text.Json;
using Microsoft.ML.SegSam.Metrics;

namespace Quickstart;

/// <summary>Writes the metrics of a run for programs.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <param name="training">null if a saved model was scored: there is then no training time, device or precision.</param>
    public static void Write(string path, SampleData source, SegmentationMetrics metrics, Training? training) =>
        File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            source.MeasuredOn,
            metrics.BinaryDice,
            metrics.SemanticDice,
            metrics.ClassAccuracy,
            presenceF1 = double.IsNaN(metrics.PresentF1) ? (double?)null : metrics.PresentF1,
            metrics.MaskAgreement,
            trainSeconds = training?.Seconds,
            source.Images,
            source.Prompts,
            training?.Last?.Device,
            training?.Last?.Precision,
        }, Json));
}
