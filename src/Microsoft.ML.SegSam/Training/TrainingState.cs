using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>A run on disk: weights, optimiser, best weights and position, so that it can go on as if it had never stopped.</summary>
/// <remarks>
/// Random numbers are not in it: the draws of the steps that are past are made again. A crash, a full disk or
/// a power cut while it is written leaves the file from before.
/// </remarks>
/// <param name="facts">What must be the same for the run to go on, by name.</param>
/// <param name="tensors">All that training changes, by name.</param>
internal sealed class TrainingState(string path, IReadOnlyDictionary<string, string> facts, IReadOnlyDictionary<string, Tensor> tensors)
{
    private const string PositionKey = "position", FactsKey = "facts";

    /// <summary>Fills the tensors from the file.</summary>
    /// <returns>Where the run was; null where there is no file.</returns>
    /// <exception cref="InvalidOperationException">The file is of another run; the message says in what they differ.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or none of ours.</exception>
    public TrainingPosition? Load()
    {
        if (!File.Exists(path))
            return null;
        try
        {
            using var file = File.OpenRead(path);
            SafetensorsHeader.Read(file, out var metadata);
            var (position, saved) = (Parse<TrainingPosition>(metadata, PositionKey), Parse<Dictionary<string, string>>(metadata, FactsKey));
            Compare(saved);
            if (position.Losses.Parts.Length != EpochLosses.None.Parts.Length)
                throw new InvalidDataException($"Its position has {position.Losses.Parts.Length} parts of the loss, expected {EpochLosses.None.Parts.Length}.");
            file.Position = 0;
            Safetensors.ReadInto(file, tensors);
            return position;
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"{nameof(SegSamOptions.StateFile)} {path} cannot be read: {failure.Message} If it is a damaged state, delete it to start over; if it is another file, name another StateFile.", failure);
        }
    }

    /// <exception cref="IOException">It cannot be written; the file from before is as it was.</exception>
    public void Save(TrainingPosition position)
    {
        var metadata = new Dictionary<string, string>
        {
            [PositionKey] = JsonSerializer.Serialize(position, ModelArchive.Json), [FactsKey] = JsonSerializer.Serialize(facts, ModelArchive.Json),
        };
        try
        {
            WholeFile.Write(path, file => Safetensors.Write(file, [.. tensors.Select(pair => (pair.Key, pair.Value))], metadata));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{nameof(SegSamOptions.StateFile)} {path} cannot be written: {failure.Message.TrimEnd('.')}. The state saved before, if any, is as it was: make room or choose another path, and train again to go on from there.", failure);
        }
    }

    private void Compare(Dictionary<string, string> saved)
    {
        string[] differences =
        [
            .. facts.Keys.Union(saved.Keys).Where(name => facts.GetValueOrDefault(name) != saved.GetValueOrDefault(name))
                .Select(name => $"{name} is '{facts.GetValueOrDefault(name) ?? "nothing"}', was '{saved.GetValueOrDefault(name) ?? "nothing"}'"),
        ];
        if (differences.Length > 0)
            throw new InvalidOperationException($"{nameof(SegSamOptions.StateFile)} {path} is of another run: {string.Join("; ", differences)}. Fit as before to go on, or delete the file to start afresh.");
    }

    private static T Parse<T>(IReadOnlyDictionary<string, string> metadata, string key) where T : class
    {
        try
        {
            return (metadata.TryGetValue(key, out var json) ? JsonSerializer.Deserialize<T>(json, ModelArchive.Json) : null)
                ?? throw new InvalidDataException($"It has no entry '{key}'.");
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException or ArgumentException)
        {
            throw new InvalidDataException($"Its entry '{key}' is not readable: {failure.Message}", failure);
        }
    }
}

/// <summary>What decides a run's course: when all of it is the same, a run can go on where it stopped.</summary>
internal static class TrainingFacts
{
    // What a run does not depend on.
    private static readonly string[] Free =
    [
        nameof(SegSamOptions.StateFile), nameof(SegSamOptions.SaveEverySteps), nameof(SegSamOptions.OutputLowResLogits), nameof(SegSamOptions.OutputColumnPrefix),
        nameof(SegSamOptions.Checkpoint), nameof(SegSamOptions.EmbeddingFolder),
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

/// <summary>How far a run has come, at the end of a step.</summary>
/// <param name="Epochs">Epochs finished.</param>
/// <param name="Steps">Steps finished in the epoch that runs.</param>
/// <param name="Updates">Updates of the weights since the beginning, correction rounds included.</param>
/// <param name="DroppedOthers">See <see cref="Trainer.DroppedOthers"/>.</param>
/// <param name="Losses">Of the epoch that runs.</param>
/// <param name="BestEpoch">That of the weights kept; 0 before the first.</param>
/// <param name="Best">Highest validation metric so far; null where there was none.</param>
internal sealed record TrainingPosition(int Epochs, int Steps, long Updates, long DroppedOthers, EpochLosses Losses, int BestEpoch, double? Best = null)
{
    public static TrainingPosition Start { get; } = new(0, 0, 0, 0, EpochLosses.None, 0);

    /// <summary>Whether an epoch's metric (never NaN) makes its weights the best: a higher one does, an equal one does not, and none always does.</summary>
    public bool IsBetter(double? metric) => metric is null || Best is null || metric > Best;

    /// <summary>Whether a step (from 0) of an epoch (from 1) lies before this.</summary>
    public bool IsPast(int epoch, int step) => epoch <= Epochs || epoch == Epochs + 1 && step < Steps;
}

/// <summary>Sums over the steps of an epoch, and how many they are.</summary>
internal sealed record EpochLosses(double Total, double[] Parts, long Updates, long Prompts)
{
    public static EpochLosses None { get; } = new(0, new double[Losses.SegSamLoss.PartNames.Count], 0, 0);
}
