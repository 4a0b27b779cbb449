using System.Diagnostics;
using Microsoft.ML.SegSam.Data;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Network;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Trains a network on a training set: prompts, steps, schedule, validation, best weights, cancellation (method, 6).</summary>
internal sealed class Trainer(
    SegSamNetwork network, SegSamOptions options, PixelNormalization normalization, TorchDevice device, Random random, Action<TrainingProgress> report)
{
    private readonly SegSamLoss _loss = new(options);
    private readonly PromptSimulator _simulator = new(network.Config.InputSize, random);
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
        using var optimizer = new FusedAdamW(trained, options.WeightDecay);
        using var best = validation is null ? null : new WeightSnapshot(network);
        var validator = validation is null ? null : new Validator(network, validation, options, normalization, device.Device);
        var steps = (training.ImageCount + options.ImagesPerStep - 1) / options.ImagesPerStep;
        var schedule = new LearningRateSchedule(options.LearningRate, (long)steps * options.Epochs * (1 + options.Rounds));
        var bestDice = double.NegativeInfinity;
        var clock = Stopwatch.StartNew();
        try
        {
            for (var epoch = 1; epoch <= options.Epochs; epoch++)
            {
                EnterTraining();
                foreach (var objects in EpochPlan.Shuffled(training, options.ImagesPerStep, options.PromptsPerImage, random))
                    Step(training, objects, optimizer, trained, schedule);
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
    }

    private void Step(TrainingSet set, IReadOnlyList<int> objects, FusedAdamW optimizer, List<Parameter> trained, LearningRateSchedule schedule)
    {
        using var scope = NewDisposeScope();
        var config = network.Config;
        var batch = TrainingBatch.Read(set, objects, config.PresenceTokens, random);
        DroppedOthers += batch.DroppedOthers;
        var images = ImageTensor.Stack(batch.Images, normalization, device.Device);
        var targets = batch.ToTargets(set, config.InputSize, config.CategoryCount, device.Device);
        var visual = Encode(images);
        var prompts = FirstPrompts(batch);
        for (var round = 0; ; round++)
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            var result = _loss.Compute(network.Decode(visual, Collate(prompts, batch)), targets);
            Update(result.Total, optimizer, trained, schedule.At(_step));
            _epoch.Add(result, batch.Objects.Count);
            _step++;
            if (round == options.Rounds)
                return;
            visual = visual.detach();
            prompts = Corrections(batch, result.ChosenMask.detach(), maskOnly: round == options.Rounds - 1);
        }
    }

    private Tensor Encode(Tensor images)
    {
        if (options.EncoderTraining != EncoderTraining.Frozen)
            return network.Encode(images);
        using var noGrad = no_grad();
        return network.Encode(images);
    }

    private void Update(Tensor total, FusedAdamW optimizer, List<Parameter> trained, double learningRate)
    {
        if (!float.IsFinite(total.item<float>()))
            throw new InvalidOperationException($"The loss is {total.item<float>()} at step {_step}; a lower {nameof(SegSamOptions.LearningRate)} than {options.LearningRate} may help.");
        network.zero_grad(); // the module's: it drops gradients, so weights without one stay as they are
        total.backward();
        nn.utils.clip_grad_norm_(trained, options.GradientClip);
        optimizer.Step(learningRate);
    }

    // Boxes and clicks as the named columns allow, one kind for the whole step; each half of the time where both do.
    private List<Prompt> FirstPrompts(TrainingBatch batch)
    {
        var (boxes, clicks) = (options.BoxColumnName is not null, options.PointsColumnName is not null);
        var useBoxes = boxes == clicks ? random.Next(2) == 0 : boxes;
        return [.. batch.Masks.Select((mask, i) => useBoxes
            ? new Prompt(Box: _simulator.Jitter(batch.Objects[i].Given.Box ?? _simulator.BoxOf(mask), options.BoxJitter))
            : _simulator.Click(mask))];
    }

    // Clicks into the error together with the previous mask; the last round gives the mask alone.
    private List<Prompt> Corrections(TrainingBatch batch, Tensor logits, bool maskOnly)
    {
        var config = network.Config;
        var count = ((int[])[1, 3, 5, 9])[random.Next(4)];
        var previous = logits.cpu();
        var predicted = (nn.functional.interpolate(previous, [config.InputSize, config.InputSize], mode: InterpolationMode.Bilinear, align_corners: false) > 0);
        return [.. batch.Masks.Select((mask, i) =>
        {
            var clicks = maskOnly ? new Prompt() : _simulator.Corrections(mask, predicted[i].contiguous().data<bool>().ToArray(), count);
            return new Prompt(Points: clicks.Points, PointLabels: clicks.PointLabels, MaskLogits: previous[i].contiguous().data<float>().ToArray());
        })];
    }

    private PromptTensors Collate(List<Prompt> prompts, TrainingBatch batch) =>
        PromptCollator.Collate(prompts, batch.ImageIndex, network.Config.MaskSide, device.Device);

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
