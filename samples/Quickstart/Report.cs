using System.Text.Json;
using Microsoft.ML.SegSam.Metrics;

namespace Quickstart;

/// <summary>The run in numbers, for programs to read.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Write(string path, string measuredOn, SegmentationMetrics metrics, double trainSeconds, int images, int prompts, string device, string precision) =>
        File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            measuredOn,
            metrics.BinaryDice,
            metrics.SemanticDice,
            metrics.ClassAccuracy,
            presentF1 = double.IsNaN(metrics.PresentF1) ? (double?)null : metrics.PresentF1,
            metrics.MaskAgreement,
            trainSeconds,
            images,
            prompts,
            device,
            precision,
        }, Json));
}
