using System.Diagnostics;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Trains a network on a training set: epochs, validation, best weights, resume, cancellation (method, 6).</summary>
internal sealed class Trainer(
    SegSamNetwork network, SegSamOptions options, PixelScaling scaling, TorchDevice device, int seed, Action<TrainingProgress> report)
{
    private const int StepsAhead = 1; // waits while one computes, and the reading of one more goes on; more would only take memory

    /// <summary>What the text bank was made of; a run goes on only with the same. Default nothing.</summary>
    public string CategoryTexts { get; init; } = "";

    /// <summary>Other categories that found no presence token; more than 0 means that PresenceTokens is too small.</summary>
    public long DroppedOthers { get; private set; }

    /// <summary>What came of the images: how many went through the encoder, and how many embeddings were in <see cref="SegSamOptions.EmbeddingFolder"/>, whole or damaged.</summary>
    public (long Encoded, long Found, long Damaged) Embeddings { get; private set; }

    /// <returns>Whether training ran to its end; on cancellation the network holds the best weights so far.</returns>
    /// <exception cref="OperationCanceledException">Cancelled before the first step ended: there is nothing to keep.</exception>
    /// <exception cref="InvalidOperationException">The state file is of another run, or the loss diverges.</exception>
    /// <exception cref="InvalidDataException">The state file is damaged.</exception>
    /// <exception cref="IOException">The state file or the embedding folder cannot be written, or the training data not be read back.</exception>
    public bool Train(TrainingSet training, TrainingSet? validation)
    {
        PrepareEncoder();
        var folder = options.EmbeddingFolder is null ? null : new EmbeddingFolder(options.EmbeddingFolder, network, scaling, device.Device, options.IsLowered);
        using var visuals = Visuals(training, folder);
        using var heldVisuals = validation is null ? null : Visuals(validation, folder);
        var validator = validation is null ? null : new Validator(network, validation, options, heldVisuals!, device.Device);
        using var best = validation is null ? null : new WeightSnapshot(network);
        using var steps = new StepRunner(network, options, training, visuals, device.Device);
        var state = options.StateFile is null ? null : new TrainingState(
            options.StateFile, TrainingFacts.Of(options, network.Config, CategoryTexts, training, validation, seed, steps.Threads), Changing(steps, best));
        var start = Resume(state) ?? TrainingPosition.Start;
        var (position, clock) = (start, Stopwatch.StartNew());
        var reader = new StepReader(training, options, network.Config.PresenceTokens, steps.Threads, new Random(seed));
        (steps.Updates, steps.DroppedOthers, steps.Epoch.Sums) = (start.Updates, start.DroppedOthers, start.Losses);
        try
        {
            for (var epoch = 1; epoch <= options.Epochs && !(epoch - 1 - position.BestEpoch >= options.Patience); epoch++)
            {
                EnterTraining();
                foreach (var (step, groups) in ReadAhead.Of(reader.Epoch(step => start.IsPast(epoch, step)), StepsAhead))
                {
                    options.CancellationToken.ThrowIfCancellationRequested();
                    steps.Run(groups);
                    position = steps.At(epoch - 1, step + 1, position);
                    if ((step + 1) % options.SaveEverySteps == 0 && step + 1 < steps.StepsPerEpoch)
                        state?.Save(position);
                }

                if (epoch <= start.Epochs)
                    continue;
                var measures = validator?.Measure();
                var metric = measures?[options.BestMetric];
                var isBest = position.IsBetter(metric);
                if (isBest)
                    best?.Update();
                var left = clock.Elapsed / (epoch - start.Epochs) * (options.Epochs - epoch);
                var progress = steps.Epoch.Finish(epoch, options.Epochs, measures, isBest, left, device.ToString(), options.PrecisionName);
                position = steps.At(epoch, 0, isBest ? position with { BestEpoch = epoch, Best = metric } : position);
                state?.Save(position);
                report(progress);
            }

            best?.Restore();
            return true;
        }
        catch (OperationCanceledException) when (steps.Updates > 0)
        {
            if (position != start)
                state?.Save(position);
            if (position.Best is not null)
                best!.Restore();
            return false;
        }
        finally
        {
            DroppedOthers = steps.DroppedOthers;
            Embeddings = (visuals.Encoded + (heldVisuals?.Encoded ?? 0), folder?.Found ?? 0, folder?.Damaged ?? 0);
        }
    }

    private VisualEmbeddings Visuals(TrainingSet set, EmbeddingFolder? folder) => new(network, set, scaling, device.Device, options.EncoderTraining == EncoderTraining.Frozen, folder, isLowered: options.IsLowered);

    // A state brings its text vectors along: those of another embedder would go unused without a word. A service's own may
    // differ in the last digits.
    private TrainingPosition? Resume(TrainingState? state)
    {
        using var scope = NewDisposeScope();
        var asked = network.TextBank.clone();
        if (state?.Load() is not { } position)
            return null;
        var others = (network.TextBank - asked).square().sum(1) > 1e-4 * asked.square().sum(1);
        if (others.any().item<bool>())
        {
            throw new InvalidOperationException($"{nameof(SegSamOptions.StateFile)} {options.StateFile} is of another run: its text vectors differ from the embedder's "
                + $"for {others.sum().item<long>()} of {asked.shape[0]} categories. Fit with the {nameof(SegSamOptions.TextEmbedder)} it began with to go on, or delete the file to start over.");
        }

        return position;
    }

    private Dictionary<string, Tensor> Changing(StepRunner steps, WeightSnapshot? best)
    {
        var tensors = network.state_dict();
        foreach (var (name, value) in steps.State)
            tensors.Add("optimizer." + name, value);
        foreach (var (name, value) in best?.State ?? [])
            tensors.Add("best." + name, value);
        return tensors;
    }

    // Only batch norms tell the modes apart: a frozen encoder's keep the statistics that its weights were trained with.
    private void EnterTraining()
    {
        network.train();
        network.ImageEncoder.train(options.EncoderTraining == EncoderTraining.Full);
    }

    private void PrepareEncoder()
    {
        if (network.ImageEncoder is ImageEncoder vit)
            vit.UsesGradientCheckpointing = options.GradientCheckpointing;
        foreach (var (name, parameter) in network.ImageEncoder.named_parameters())
            parameter.requires_grad = options.EncoderTraining switch
            {
                EncoderTraining.Full => true,
                EncoderTraining.Adapter => name.Contains(".Adapter.", StringComparison.Ordinal),
                _ => false,
            };
    }
}
