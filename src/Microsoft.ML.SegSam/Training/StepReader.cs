using Microsoft.ML.SegSam.Data;

namespace Microsoft.ML.SegSam.Training;

/// <summary>What one thread computes of a step.</summary>
/// <param name="Random">Goes on after the draws of the reading.</param>
internal sealed record StepPiece(TrainingBatch Batch, Random Random);

/// <summary>Plans an epoch and reads its steps, as plain arrays, so that a thread may do so ahead of the computation.</summary>
/// <remarks>Four phantoms with their objects take about 2 ms at 128 and 7 ms at 256, augmented about 30 ms; their step takes several hundred.</remarks>
internal sealed class StepReader(TrainingSet set, SegSamOptions options, int presenceTokens, int pieces, Random random)
{
    /// <summary>The steps of the next epoch, numbered from 0. Of those that are past nothing is read; only their random numbers are drawn, so that later steps get theirs.</summary>
    public IEnumerable<(int Step, List<StepPiece> Pieces)> Epoch(Predicate<int> isPast)
    {
        foreach (var (step, objects) in EpochPlan.Shuffled(set, options.ImagesPerStep, options.PromptsPerImage, random, options.RareCategorySampling).Index())
        {
            var shares = EpochPlan.Share(set, objects, pieces).Select(share => (Objects: share, Random: new Random(random.Next()))).ToList();
            if (!isPast(step))
                yield return (step, shares.ConvertAll(share => new StepPiece(Read(share.Objects, share.Random), share.Random)));
        }
    }

    private TrainingBatch Read(IReadOnlyList<int> objects, Random draws)
    {
        try
        {
            return TrainingBatch.Read(set, objects, presenceTokens, draws, options.Augmentation, withPixels: options.EncoderTraining != EncoderTraining.Frozen);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            throw new IOException($"The training data cannot be read back from their temporary file in {set.Folder}, at one of the rows {string.Join(", ", objects)}: {failure.Message}", failure);
        }
    }
}
