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
    private readonly EpochRecord _epoch = new();
    private long _updates;
    private double? _bestDice;
    private int _bestEpoch;

    /// <summary>What the text bank was made of; a run goes on only with the same. Default nothing.</summary>
    public string CategoryTexts { get; init; } = "";

    /// <summary>Other categories that found no presence token; more than 0 means that PresenceTokens is too small.</summary>
    public long DroppedOthers { get; private set; }

    /// <returns>Whether training ran to its end; on cancellation the network holds the best weights so far.</returns>
    /// <exception cref="OperationCanceledException">Cancelled before the first step ended: there is nothing to keep.</exception>
    /// <exception cref="InvalidOperationException">The state file is of another run, or the loss diverges.</exception>
    /// <exception cref="InvalidDataException">The state file is damaged.</exception>
    /// <exception cref="IOException">The state file cannot be written.</exception>
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
        using var visuals = Visuals(training);
        using var heldVisuals = validation is null ? null : Visuals(validation);
        var validator = validation is null ? null : new Validator(network, validation, options, heldVisuals!, device.Device);
        var steps = (training.ImageCount + options.ImagesPerStep - 1) / options.ImagesPerStep;
        var schedule = new LearningRateSchedule(options.HighestRate, (long)steps * options.Epochs * (1 + options.Rounds));
        var state = options.StateFile is null ? null : new TrainingState(
            options.StateFile, TrainingFacts.Of(options, network.Config, CategoryTexts, training, validation, seed, workers.Count), Changing(optimizer, best));
        var (start, random, clock) = (state?.Load() ?? TrainingPosition.Start, new Random(seed), Stopwatch.StartNew());
        (_updates, _bestDice, _bestEpoch, DroppedOthers, _epoch.Sums) = (start.Updates, start.BestDice, start.BestEpoch, start.DroppedOthers, start.Losses);
        var position = start;
        try
        {
            for (var epoch = 1; epoch <= options.Epochs && !(epoch - 1 - _bestEpoch >= options.Patience); epoch++)
            {
                EnterTraining();
                var step = 0;
                foreach (var objects in EpochPlan.Shuffled(training, options.ImagesPerStep, options.PromptsPerImage, random))
                {
                    var pieces = EpochPlan.Share(training, objects, workers.Count).Select(some => (some, random.Next())).ToList();
                    if (start.IsPast(epoch, step++))
                        continue; // only drawn again, so that the random numbers after it are the same
                    options.CancellationToken.ThrowIfCancellationRequested();
                    Step(training, visuals, pieces, objects.Count, workers, gradients, optimizer, schedule);
                    position = At(epoch - 1, step);
                    if (step % options.SaveEverySteps == 0 && step < steps)
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
            foreach (var one in gradients)
                one.Dispose();
        }
    }

    private VisualEmbeddings Visuals(TrainingSet set) => new(network, set, scaling, device.Device, options.EncoderTraining == EncoderTraining.Frozen);

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

    private void Step(TrainingSet set, VisualEmbeddings visuals, List<(IReadOnlyList<int> Objects, int Seed)> shares, int count, TorchWorkers workers, Gradients[] gradients, FusedAdamW optimizer, LearningRateSchedule schedule)
    {
        var pieces = shares.ConvertAll(share =>
            new TrainingPiece(network, options, visuals, device.Device, set, share.Objects, (double)share.Objects.Count / count, share.Seed));
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
