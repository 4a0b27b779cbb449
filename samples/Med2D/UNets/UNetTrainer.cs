using Med2D.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Med2D.UNets;

/// <summary>How long to train: for a processor time, or for a number of passes over the images.</summary>
internal sealed record UNetBudget(TimeSpan? Time, int? Epochs);

/// <summary>Trains a U-Net on one source: Dice and cross-entropy of each category, AdamW, a cosine.</summary>
internal static class UNetTrainer
{
    private const int ImagesPerStep = 4, TimedSteps = 3;
    private const double LearningRate = 2e-3, WeightDecay = 0.01, WarmUp = 0.05, Clip = 1;

    /// <param name="network">With the K categories of the images; its weights are trained.</param>
    /// <param name="seed">Draws batches and augmentation.</param>
    /// <param name="report">Receives the number of finished steps, of all steps, and the loss.</param>
    /// <returns>Number of images seen, of steps, and the mean loss of the last tenth of the steps.</returns>
    /// <exception cref="InvalidOperationException">The training diverged.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static (long ImagesSeen, int Steps, double Loss) Train(
        UNet network, UNetImages images, UNetBudget budget, int seed, Action<int, int, double> report, CancellationToken cancel)
    {
        var (random, start, warm) = (new Random(seed), LibraryTraining.CpuSeconds(), 0.0);
        images.ReadAhead(cancel);
        var mirrors = !images.Categories.Any(UNetAugmentation.HasSide);
        using var optimizer = optim.AdamW(network.parameters(), LearningRate, weight_decay: WeightDecay);
        var (order, seen, losses) = (new Queue<int>(), 0L, new List<double>());
        var perEpoch = (images.Count + ImagesPerStep - 1) / ImagesPerStep;
        var total = budget.Epochs is { } epochs ? epochs * perEpoch : int.MaxValue;
        network.train();
        for (var step = 0; step < total; step++)
        {
            cancel.ThrowIfCancellationRequested();
            // The first step warms up and is not timed; the time left after the timed ones decides the number of steps.
            if (step == 1)
                warm = LibraryTraining.CpuSeconds();
            if (step == 1 + TimedSteps && budget.Time is { } time)
                total = step + Math.Max(0, (int)((time.TotalSeconds - Since(start)) / (Since(warm) / TimedSteps)));
            foreach (var group in optimizer.ParamGroups)
                group.LearningRate = LearningRate * Schedule(step, total);
            var batch = Next();
            seen += batch.Count;
            losses.Add(Step(network, optimizer, images, batch, mirrors, random));
            if (!double.IsFinite(losses[^1]))
                throw new InvalidOperationException(FormattableString.Invariant($"The loss of step {step + 1} is not a finite number."));
            report(step + 1, total, losses[^1]);
        }

        network.eval();
        return (seen, losses.Count, losses.Skip(losses.Count * 9 / 10).DefaultIfEmpty(double.NaN).Average());

        static double Since(double before) => LibraryTraining.CpuSeconds() - before;

        // All images in random order, then again; the last group of a pass may be smaller.
        List<int> Next()
        {
            if (order.Count == 0)
            {
                var all = Enumerable.Range(0, images.Count).ToArray();
                random.Shuffle(all);
                order = new(all);
            }

            return [.. Enumerable.Range(0, Math.Min(ImagesPerStep, order.Count)).Select(_ => order.Dequeue())];
        }
    }

    private static double Step(
        UNet network, optim.Optimizer optimizer, UNetImages images, List<int> batch, bool mirrors, Random random)
    {
        using var scope = NewDisposeScope();
        var (pixels, masks) = images.Batch(batch);
        (pixels, masks) = UNetAugmentation.Apply(pixels, masks, mirrors, random);
        optimizer.zero_grad();
        var loss = Loss(network.call(pixels), masks);
        loss.backward();
        nn.utils.clip_grad_norm_(network.parameters(), Clip);
        optimizer.step();
        return loss.item<float>();
    }

    /// <summary>Cross-entropy of each pixel and category, plus 1 minus the mean over categories of the soft Dice of the batch.</summary>
    /// <param name="logits">[B,K,S,S].</param>
    /// <param name="masks">[B,K,S,S] of 0 and 1.</param>
    private static Tensor Loss(Tensor logits, Tensor masks)
    {
        var probabilities = logits.sigmoid();
        var shared = probabilities.mul(masks).sum([0, 2, 3]);                                       // [K]
        var all = probabilities.sum([0, 2, 3]).add(masks.sum([0, 2, 3]), Numbers.One);
        var dice = shared.add(shared, Numbers.One).add(Numbers.One, Numbers.One).div(all.add(Numbers.One, Numbers.One));
        return functional.binary_cross_entropy_with_logits(logits, masks).add(dice.mean().neg().add(Numbers.One, Numbers.One), Numbers.One);
    }

    // Linear warm-up, then half a cosine. While the number of steps is not known yet, it is as if there were very many.
    private static double Schedule(int step, int total)
    {
        if (total == int.MaxValue)
            return WarmUp;
        var warm = Math.Max(1, (int)(WarmUp * total));
        return step < warm ? (step + 1.0) / warm : 0.5 * (1 + Math.Cos(Math.PI * (step - warm) / Math.Max(1, total - warm)));
    }
}
