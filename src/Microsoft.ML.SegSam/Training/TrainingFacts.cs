using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SegSam.Data;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Training;

/// <summary>What decides a run's course: when all of it is the same, a run can go on where it stopped.</summary>
internal static class TrainingFacts
{
    // What a run does not depend on.
    private static readonly string[] Free =
    [
        nameof(SegSamOptions.StateFile), nameof(SegSamOptions.SaveEverySteps), nameof(SegSamOptions.OutputLowResLogits), nameof(SegSamOptions.Checkpoint),
        nameof(SegSamOptions.EmbeddingFolder),
    ];

    /// <param name="categoryTexts">A digest of what is said of the categories: the options' catalogue and embedder are no part of their JSON.</param>
    /// <param name="pieces">How many threads share a step: sums in another order differ in the last bits.</param>
    public static Dictionary<string, string> Of(SegSamOptions options, SegSamConfig config, string categoryTexts, TrainingSet training, TrainingSet? validation, int seed, int pieces)
    {
        var facts = JsonSerializer.SerializeToNode(options, ModelArchive.Json)!.AsObject()
            .Where(option => !Free.Contains(option.Key)).ToDictionary(option => option.Key, option => option.Value?.ToJsonString() ?? "");
        facts["seed"] = seed.ToString(CultureInfo.InvariantCulture);
        facts["threads"] = pieces.ToString(CultureInfo.InvariantCulture);
        facts["category texts"] = categoryTexts;
        facts["training rows"] = training.Digest();
        facts["validation rows"] = validation?.Digest() ?? "none";
        facts["network"] = JsonSerializer.Serialize(config, ModelArchive.Json);
        return facts;
    }
}
