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
    SegSamNetwork network, SegSamOptions options, PixelScaling scaling, TorchDevice device, Random random, Action<TrainingProgress> report)
{
    private readonly EpochRecord _epoch = new();
    private long _step;

    /// <summary>Other categories that found no presence token; more than 0 means that PresenceTokens is too small.</summary>
    public long DroppedOthers { get; private set; }

    /// <returns>Whether training ran to its end; on cancellation the network holds the best weights so far.</returns>
    /// <exception cref="OperationCanceledException">Cancelled before the first step ended: there is nothing to keep.</exception>
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
        var validator = validation is null ? null : new Validator(network, validation, options, scaling, device.Device);
        var steps = (training.ImageCount + options.ImagesPerStep - 1) / options.ImagesPerStep;
        var schedule = new LearningRateSchedule(options.HighestRate, (long)steps * options.Epochs * (1 + options.Rounds));
        var bestDice = double.NegativeInfinity;
        var clock = Stopwatch.StartNew();
        try
        {
            for (var epoch = 1; epoch <= options.Epochs; epoch++)
            {
                EnterTraining();
                foreach (var objects in EpochPlan.Shuffled(training, options.ImagesPerStep, options.PromptsPerImage, random))
                    Step(training, objects, workers, gradients, optimizer, schedule);
                var dice = validator?.MeanDice();
                var isBest = dice is null || dice > bestDice;
                if (isBest)
                {
                    bestDice = dice ?? bestDice;
                    best?.Update();
                }

                var left = clock.Elapsed / epoch * (options.Epochs - epoch);
                report(_epoch.Finish(epoch, options.Epochs, dice, isBest, left, device.ToString(), "float32"));
            }

            best?.Restore();
            return true;
        }
        catch (OperationCanceledException) when (_step > 0)
        {
            if (double.IsFinite(bestDice))
                best!.Restore();
            return false;
        }
        finally
        {
            foreach (var one in gradients)
                one.Dispose();
        }
    }

    private void Step(TrainingSet set, IReadOnlyList<int> objects, TorchWorkers workers, Gradients[] gradients, FusedAdamW optimizer, LearningRateSchedule schedule)
    {
        var pieces = EpochPlan.Share(set, objects, workers.Count)
            .Select(some => new TrainingPiece(network, options, scaling, device.Device, set, some, (double)some.Count / objects.Count, random.Next()))
            .ToList();
        try
        {
            for (var round = 0; round <= options.Rounds; round++)
            {
                options.CancellationToken.ThrowIfCancellationRequested();
                workers.Run(pieces.Count, i => pieces[i].Compute(round, gradients[i]));
                var loss = pieces.Sum(piece => piece.Loss);
                if (!double.IsFinite(loss))
                    throw new InvalidOperationException($"The loss is {loss} at step {_step}; a lower {nameof(SegSamOptions.LearningRate)} than {options.HighestRate} may help.");
                foreach (var more in gradients[1..pieces.Count])
                    gradients[0].Add(more);
                optimizer.Step(gradients[0], schedule.At(_step++));
                _epoch.Add(loss, pieces.Select(piece => piece.LossParts), objects.Count);
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
