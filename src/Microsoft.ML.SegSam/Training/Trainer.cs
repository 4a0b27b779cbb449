using System.Diagnostics;
using Microsoft.ML.SegSam.Data;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Trains a network on a training set: steps, schedule, validation, best weights, cancellation (method, 6).</summary>
/// <remarks>The images of a step are shared out to a few threads, and their gradients added in a fixed order: runs repeat exactly.</remarks>
internal sealed class Trainer(
    SegSamNetwork network, SegSamOptions options, PixelScaling scaling, TorchDevice device, int seed, Action<TrainingProgress> report)
{
    private const int StepsAhead = 2; // read while one computes; more would only take memory

    private readonly EpochRecord _epoch = new();
    private long _updates;
    private double? _bestDice;
    private int _bestEpoch;

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
        FreezeEncoder();
        var trained = network.parameters().Where(parameter => parameter.requires_grad).ToList();
        // Threads may share weights, which only the optimiser changes, but not the running statistics of batch norms in training.
        var sideBySide = device.Device.type == DeviceType.CPU
            && (options.EncoderTraining != EncoderTraining.Full || !network.ImageEncoder.named_buffers().Any());
        using var workers = new TorchWorkers(sideBySide ? Math.Min(options.ImagesPerStep, get_num_threads()) : 1);
        var gradients = Enumerable.Range(0, workers.Count).Select(_ => new Gradients(trained)).ToArray();
        using var optimizer = new FusedAdamW(trained, options.WeightDecay, options.GradientClip);
        using var best = validation is null ? null : new WeightSnapshot(network);
        var folder = options.EmbeddingFolder is null ? null : new EmbeddingFolder(options.EmbeddingFolder, network, scaling, device.Device);
        using var visuals = Visuals(training, folder);
        using var heldVisuals = validation is null ? null : Visuals(validation, folder);
        var validator = validation is null ? null : new Validator(network, validation, options, heldVisuals!, device.Device);
        var steps = (training.ImageCount + options.ImagesPerStep - 1) / options.ImagesPerStep;
        var schedule = new LearningRateSchedule(options.HighestRate, (long)steps * options.Epochs * (1 + options.Rounds));
        var state = options.StateFile is null ? null : new TrainingState(
            options.StateFile, TrainingFacts.Of(options, network.Config, training, validation, seed, workers.Count), Changing(optimizer, best));
        var (start, random, clock) = (state?.Load() ?? TrainingPosition.Start, new Random(seed), Stopwatch.StartNew());
        (_updates, _bestDice, _bestEpoch, DroppedOthers, _epoch.Sums) = (start.Updates, start.BestDice, start.BestEpoch, start.DroppedOthers, start.Losses);
        var reader = new StepReader(training, options, network.Config.PresenceTokens, workers.Count, random);
        var position = start;
        try
        {
            for (var epoch = 1; epoch <= options.Epochs && !(epoch - 1 - _bestEpoch >= options.Patience); epoch++)
            {
                EnterTraining();
                foreach (var (step, pieces) in ReadAhead.Of(reader.Epoch(step => start.IsPast(epoch, step)), StepsAhead))
                {
                    options.CancellationToken.ThrowIfCancellationRequested();
                    Step(training, visuals, pieces, workers, gradients, optimizer, schedule);
                    position = At(epoch - 1, step + 1);
                    if ((step + 1) % options.SaveEverySteps == 0 && step + 1 < steps)
                        state?.Save(position);
                }

                if (epoch <= start.Epochs)
                    continue;
                var dice = validator?.MeanDice();
                var isBest = dice is null || _bestDice is null || dice > _bestDice;
                if (isBest)
                {
                    (_bestDice, _bestEpoch) = (dice, epoch);
                    best?.Update();
                }

                var left = clock.Elapsed / (epoch - start.Epochs) * (options.Epochs - epoch);
                var progress = _epoch.Finish(epoch, options.Epochs, dice, isBest, left, device.ToString(), "float32");
                position = At(epoch, 0);
                state?.Save(position);
                report(progress);
            }

            best?.Restore();
            return true;
        }
        catch (OperationCanceledException) when (_updates > 0)
        {
            if (position != start)
                state?.Save(position);
            if (_bestDice is not null)
                best!.Restore();
            return false;
        }
        finally
        {
            Embeddings = (visuals.Encoded + (heldVisuals?.Encoded ?? 0), folder?.Found ?? 0, folder?.Damaged ?? 0);
            foreach (var one in gradients)
                one.Dispose();
        }
    }

    private VisualEmbeddings Visuals(TrainingSet set, EmbeddingFolder? folder) => new(network, set, scaling, device.Device, options.EncoderTraining == EncoderTraining.Frozen, folder);

    private TrainingPosition At(int epochs, int steps) => new(epochs, steps, _updates, DroppedOthers, _epoch.Sums, _bestEpoch, _bestDice);

    private Dictionary<string, Tensor> Changing(FusedAdamW optimizer, WeightSnapshot? best)
    {
        var tensors = network.state_dict();
        foreach (var (name, value) in optimizer.State)
            tensors.Add("optimizer." + name, value);
        foreach (var (name, value) in best?.State ?? [])
            tensors.Add("best." + name, value);
        return tensors;
    }

    private void Step(TrainingSet set, VisualEmbeddings visuals, List<StepPiece> read, TorchWorkers workers, Gradients[] gradients, FusedAdamW optimizer, LearningRateSchedule schedule)
    {
        var count = read.Sum(piece => piece.Batch.Objects.Count);
        var pieces = read.ConvertAll(piece => new TrainingPiece(network, options, visuals, device.Device, set, piece, (double)piece.Batch.Objects.Count / count));
        try
        {
            for (var round = 0; round <= options.Rounds; round++)
            {
                workers.Run(pieces.Count, i => pieces[i].Compute(round, gradients[i]));
                var loss = pieces.Sum(piece => piece.Loss);
                if (!double.IsFinite(loss))
                    throw new InvalidOperationException($"The loss is {loss} at step {_updates}; a lower {nameof(SegSamOptions.LearningRate)} than {options.HighestRate} may help.");
                foreach (var more in gradients[1..pieces.Count])
                    gradients[0].Add(more);
                optimizer.Step(gradients[0], schedule.At(_updates++));
                _epoch.Add(loss, pieces.Select(piece => piece.LossParts), count);
            }

            DroppedOthers += pieces.Sum(piece => piece.DroppedOthers);
        }
        finally
        {
            workers.Run(pieces.Count, i => pieces[i].Dispose());
        }
    }

    // Only batch norms tell the modes apart: a frozen encoder's keep the statistics that its weights were trained with.
    private void EnterTraining()
    {
        network.train();
        network.ImageEncoder.train(options.EncoderTraining == EncoderTraining.Full);
    }

    private void FreezeEncoder()
    {
        foreach (var (name, parameter) in network.ImageEncoder.named_parameters())
            parameter.requires_grad = options.EncoderTraining switch
            {
                EncoderTraining.Full => true,
                EncoderTraining.Adapter => name.Contains(".Adapter.", StringComparison.Ordinal),
                _ => false,
            };
    }
}
