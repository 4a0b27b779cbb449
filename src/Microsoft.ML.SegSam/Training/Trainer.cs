using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Training.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Trains a network on a training set: epochs, validation, best weights, resume, cancellation (method, 6).</summary>
internal sealed class Trainer(
    SegSamNetwork network, TrainingSettings settings, PixelScaling scaling, TorchDevice device, int seed, Action<TrainingProgress> report)
{
    private const int StepsAhead = 1; // one step waits while one is computed and another is read; more would only take memory

    /// <summary>A digest of the texts behind the network's text bank; a state file is continued only with the same. Default "".</summary>
    public string CategoryTexts { get; init; } = "";

    /// <summary>How many other categories found no presence token; above 0, PresenceTokens is too small.</summary>
    public long DroppedOthers { get; private set; }

    /// <summary>
    /// How many images went through the encoder, how many embeddings came from <see cref="SegSamOptions.EmbeddingFolder"/>, and how many
    /// files there were damaged.
    /// </summary>
    public (long Encoded, long Found, long Damaged) Embeddings { get; private set; }

    /// <returns>Whether training ran to its end; after cancellation the network has the best weights so far.</returns>
    /// <exception cref="OperationCanceledException">Canceled before the end of the first step: there is nothing to keep.</exception>
    /// <exception cref="InvalidOperationException">The state file belongs to another run, or the loss diverges.</exception>
    /// <exception cref="InvalidDataException">The state file is damaged.</exception>
    /// <exception cref="IOException">
    /// The state file or the embedding folder cannot be written, or the training data cannot be read back.
    /// </exception>
    public bool Train(TrainingSet training, TrainingSet? validation)
    {
        PrepareEncoder();
        var folder = settings.EmbeddingFolder is { } path
            ? new EmbeddingFolder(path, network, scaling, device.Device, settings.UsesBFloat16) : null;
        using var visuals = Visuals(training, folder);
        using var validationVisuals = validation is null ? null : Visuals(validation, folder);
        var validator = validation is null ? null : new Validator(network, validation, settings, validationVisuals!, device.Device);
        using var best = validation is null ? null : new WeightSnapshot(network);
        using var steps = new StepRunner(network, settings, training, visuals, device.Device);
        var state = settings.StateFile is null ? null : new TrainingState(settings.StateFile,
            TrainingFacts.Of(settings, network.Config, CategoryTexts, training, validation, seed, steps.Threads), Changing(steps, best));
        var reader = new StepReader(training, settings, network.Config.PresenceTokens, steps.Threads, new Random(seed));
        var start = SavedPosition.Start;
        if (Resume(state) is { } resumed)
        {
            start = resumed;
            steps.Refresh();
        }

        var position = new RunPosition(start);
        try
        {
            reader.SkipEpochs(start.Epochs);
            while (position.Epochs < settings.Epochs && position.IsWithin(settings.Patience))
            {
                RunSteps(steps, reader, position, state);
                var progress = EndEpoch(position, validator, best);
                state?.Save(position.Saved);
                report(progress);
            }

            best?.Restore();
            return true;
        }
        catch (OperationCanceledException) when (position.Updates > 0)
        {
            if (position.Updates > start.Updates)
                state?.Save(position.Saved);
            if (position.HasBest)
                best!.Restore();
            return false;
        }
        finally
        {
            DroppedOthers = position.DroppedOthers;
            Embeddings = (visuals.Encoded + (validationVisuals?.Encoded ?? 0), folder?.Found ?? 0, folder?.Damaged ?? 0);
        }
    }

    /// <summary>The steps of the running epoch that are not done yet.</summary>
    private void RunSteps(StepRunner steps, StepReader reader, RunPosition position, TrainingState? state)
    {
        EnterTraining();
        foreach (var groups in ReadAhead.Of(reader.ReadEpoch(position.Steps), StepsAhead))
        {
            settings.CancellationToken.ThrowIfCancellationRequested();
            steps.Run(groups, position);
            if (position.Steps % settings.SaveEverySteps == 0 && position.Steps < steps.StepsPerEpoch)
                state?.Save(position.Saved);
        }
    }

    private TrainingProgress EndEpoch(RunPosition position, Validator? validator, WeightSnapshot? best)
    {
        var measures = validator?.Measure();
        var metric = measures?[settings.BestMetric];
        if (position.IsBetter(metric))
            best?.Update();
        return position.EndEpoch(settings.Epochs, measures, metric, device.ToString(), settings.PrecisionName);
    }

    private VisualEmbeddings Visuals(TrainingSet set, EmbeddingFolder? folder) =>
        new(network, set, scaling, device.Device, settings.IsFrozen, folder, usesBFloat16: settings.UsesBFloat16);

    // A state file brings its own text vectors, so an embedder that makes other ones would be ignored without a word. Those of a
    // service may differ in the last digits.
    private SavedPosition? Resume(TrainingState? state)
    {
        using var scope = NewDisposeScope();
        var embedded = network.TextBank.clone();
        if (state?.Load() is not { } position)
            return null;
        var differ = (network.TextBank - embedded).Squared().sum(1) > embedded.Squared().sum(1).Times(1e-4);
        if (differ.any().item<bool>())
        {
            throw new InvalidOperationException($"{nameof(SegSamOptions.StateFile)} {settings.StateFile} belongs to another run: "
                + $"its text vectors differ from the embedder's for {differ.sum().item<long>()} of {embedded.shape[0]} categories. "
                + $"To continue, call Fit with the {nameof(SegSamOptions.TextEmbedder)} that the run began with; "
                + "to start over, delete the file.");
        }

        return position;
    }

    /// <summary>Everything that training changes, by name.</summary>
    private Dictionary<string, Tensor> Changing(StepRunner steps, WeightSnapshot? best)
    {
        var tensors = network.state_dict();
        foreach (var (name, value) in steps.State)
            tensors.Add("optimizer." + name, value);
        foreach (var (name, value) in best?.State ?? [])
            tensors.Add("best." + name, value);
        return tensors;
    }

    // The mode matters to batch norms alone: those of a frozen encoder keep the statistics that its weights were trained with.
    private void EnterTraining()
    {
        network.train();
        network.ImageEncoder.train(settings.EncoderTraining == EncoderTraining.Full);
    }

    private void PrepareEncoder()
    {
        if (network.ImageEncoder is ImageEncoder vit)
            vit.UsesGradientCheckpointing = settings.GradientCheckpointing;
        foreach (var (name, parameter) in network.ImageEncoder.named_parameters())
            parameter.requires_grad = settings.EncoderTraining switch
            {
                EncoderTraining.Full => true,
                EncoderTraining.Adapter => name.Contains(".Adapter.", StringComparison.Ordinal),
                _ => false,
            };
    }
}
