using Microsoft.ML.SegSam.Training.Data;

namespace Microsoft.ML.SegSam.Training;

/// <summary>The data of one micro-batch.</summary>
/// <param name="Random">Continues after the draws that reading took.</param>
internal sealed record MicroBatchData(TrainingBatch Batch, Random Random);

/// <summary>Plans epochs and reads their steps, as plain arrays, so that another thread can do so ahead of the computation.</summary>
/// <param name="threads">How many micro-batches share a group of images.</param>
internal sealed class StepReader(TrainingSet set, TrainingSettings settings, int presenceTokens, int threads, Random random)
{
    /// <summary>The steps of the next epoch from a given one on. Earlier steps are not read, but their random numbers are drawn.</summary>
    /// <param name="firstStep">Counts from 0.</param>
    /// <returns>For each step its groups of images, and for each group its micro-batches.</returns>
    public IEnumerable<MicroBatchData[][]> ReadEpoch(int firstStep = 0) =>
        EpochPlan.Shuffled(set, settings.ImagesPerStep, settings.PromptsPerImage, random,
                settings.RareCategorySampling, settings.RareDatasetSampling)
            .Select(objects => EpochPlan.Share(set, objects, threads)
                .Select(share => (Objects: share, Random: new Random(random.Next()))).ToArray())
            .Chunk(settings.AccumulateSteps).Skip(firstStep)
            .Select(groups => Array.ConvertAll(groups, group => Array.ConvertAll(group,
                share => new MicroBatchData(Read(share.Objects, share.Random), share.Random))));

    /// <summary>Draws the random numbers of epochs that are finished, so that later ones get theirs.</summary>
    public void SkipEpochs(int epochs)
    {
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            foreach (var _ in ReadEpoch(firstStep: int.MaxValue))
            {
            }
        }
    }

    private TrainingBatch Read(IReadOnlyList<int> objects, Random draws)
    {
        try
        {
            return TrainingBatch.Read(set, objects, presenceTokens, draws, settings.Augmentation,
                withPixels: !settings.IsFrozen, settings.Zooms ? settings.PromptsPerImage : null);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            throw new IOException($"The training data cannot be read back from their temporary file in {set.Folder}, "
                + $"at one of the rows {string.Join(", ", objects)}: {failure.Message}", failure);
        }
    }
}
