using Microsoft.ML.SegSam.Training.Data;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>A run on disk: weights, optimizer, best weights and position, so that it can continue as if it had never stopped.</summary>
/// <remarks>
/// It holds no random numbers: the draws of finished steps are repeated. A crash, a full disk or a power cut during writing leaves the
/// previous file.
/// </remarks>
/// <param name="facts">What must be the same for the run to continue, by name.</param>
/// <param name="tensors">Everything that training changes, by name.</param>
internal sealed class TrainingState(string path, IReadOnlyDictionary<string, string> facts, IReadOnlyDictionary<string, Tensor> tensors)
{
    private const string PositionKey = "position", FactsKey = "facts";

    /// <summary>Fills the tensors from the file.</summary>
    /// <returns>The position of the run; null if there is no file.</returns>
    /// <exception cref="InvalidOperationException">The file belongs to another run; the message lists the differences.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or not a state file.</exception>
    public SavedPosition? Load()
    {
        if (!File.Exists(path))
            return null;
        try
        {
            using var file = File.OpenRead(path);
            SafetensorsHeader.Read(file, out var metadata);
            var (position, saved) = (Parse<SavedPosition>(metadata, PositionKey), Parse<Dictionary<string, string>>(metadata, FactsKey));
            Compare(saved);
            if (position.Losses.Parts.Length != EpochLosses.None.Parts.Length)
            {
                throw new InvalidDataException(
                    $"Its position has {position.Losses.Parts.Length} parts of the loss; expected {EpochLosses.None.Parts.Length}.");
            }

            file.Position = 0;
            Safetensors.ReadInto(file, tensors);
            return position;
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"{nameof(SegSamOptions.StateFile)} {path} cannot be read: {failure.Message} "
                + "If it is a damaged state, delete it to start over; if it is another file, name another StateFile.", failure);
        }
    }

    /// <exception cref="IOException">The file cannot be written; the previous one is unchanged.</exception>
    public void Save(SavedPosition position)
    {
        var metadata = new Dictionary<string, string>
        {
            [PositionKey] = JsonSerializer.Serialize(position, ModelArchive.Json),
            [FactsKey] = JsonSerializer.Serialize(facts, ModelArchive.Json),
        };
        try
        {
            WholeFile.Write(path, file => Safetensors.Write(file, [.. tensors.Select(pair => (pair.Key, pair.Value))], metadata));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{nameof(SegSamOptions.StateFile)} {path} cannot be written: {failure.Message.TrimEnd('.')}. "
                + "The state saved before, if any, is unchanged: free disk space or choose another path, "
                + "and call Fit again to continue from it.", failure);
        }
    }

    private void Compare(Dictionary<string, string> saved)
    {
        string[] differences =
        [
            .. facts.Keys.Union(saved.Keys).Where(name => facts.GetValueOrDefault(name) != saved.GetValueOrDefault(name))
                .Select(name => $"{name} is '{facts.GetValueOrDefault(name) ?? "nothing"}', "
                    + $"was '{saved.GetValueOrDefault(name) ?? "nothing"}'"),
        ];
        if (differences.Length > 0)
            throw new InvalidOperationException($"{nameof(SegSamOptions.StateFile)} {path} belongs to another run: "
                + $"{string.Join("; ", differences)}. "
                + "To continue, call Fit with the same data and options as before; to start over, delete the file.");
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

/// <summary>What decides the course of a run: if all of it is the same, the run can continue where it stopped.</summary>
internal static class TrainingFacts
{
    /// <param name="categoryTexts">A digest of the texts of the categories, which the options' own facts do not hold.</param>
    /// <param name="threads">How many threads share a step: sums in another order differ in the last bits.</param>
    public static Dictionary<string, string> Of(
        TrainingSettings settings, SegSamConfig config, string categoryTexts,
        TrainingSet training, TrainingSet? validation, int seed, int threads) =>
        new(settings.Facts)
        {
            ["precision"] = settings.PrecisionName,
            ["pixel loss"] = settings.LossWeights.Pixels.Name,
            ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
            ["threads"] = threads.ToString(CultureInfo.InvariantCulture),
            ["category texts"] = categoryTexts,
            ["training rows"] = training.Digest(),
            ["validation rows"] = validation?.Digest() ?? "none",
            ["network"] = JsonSerializer.Serialize(config, ModelArchive.Json),
        };
}

/// <summary>A <see cref="RunPosition"/> as a state file keeps it: how far a run has come, at the end of a step.</summary>
/// <param name="Epochs">Finished epochs.</param>
/// <param name="Steps">Finished steps of the running epoch.</param>
/// <param name="Updates">Updates of the weights since the beginning of the run, correction rounds included.</param>
/// <param name="DroppedOthers">See <see cref="Trainer.DroppedOthers"/>.</param>
/// <param name="Losses">The losses of the running epoch.</param>
/// <param name="BestEpoch">The epoch of the weights to keep; 0 before the first.</param>
/// <param name="Best">Highest validation metric so far; null if there was none.</param>
internal sealed record SavedPosition(
    int Epochs, int Steps, long Updates, long DroppedOthers, EpochLosses Losses, int BestEpoch, double? Best = null)
{
    public static SavedPosition Start { get; } = new(0, 0, 0, 0, EpochLosses.None, 0);
}

/// <summary>Sums over the updates of an epoch, and their number.</summary>
internal sealed record EpochLosses(double Total, double[] Parts, long Updates, long Prompts)
{
    public static EpochLosses None { get; } = new(0, new double[Losses.SegSamLoss.PartNames.Count], 0, 0);
}
