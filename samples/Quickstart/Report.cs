using System.Text.Json;
using Microsoft.ML.SegSam.Metrics;

namespace Quickstart;

/// <summary>The run in numbers, for programs to read.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <param name="training">null when a saved model was scored: there is then no time, device or precision of training.</param>
    public static void Write(string path, SampleData source, SegmentationMetrics metrics, Training? training) =>
        File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            source.MeasuredOn,
            BinaryDice = metrics.Binary.Dice,
            SemanticDice = metrics.Semantic.Dice,
            metrics.ClassAccuracy,
            presenceF1 = double.IsNaN(metrics.PresenceF1) ? (double?)null : metrics.PresenceF1,
            metrics.MaskAgreement,
            trainSeconds = training?.Seconds,
            source.Images,
            source.Prompts,
            training?.Last?.Device,
            training?.Last?.Precision,
        }, Json));
}
