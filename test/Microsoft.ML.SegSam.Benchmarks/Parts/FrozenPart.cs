using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>An epoch with a frozen encoder: embeddings kept from the epoch before, or computed again.</summary>
internal static class FrozenPart
{
    private static SegSamOptions Options { get; } = new()
    {
        BoxColumnName = nameof(SliceRow.Box), ImagesPerStep = 4, PromptsPerImage = 1, InteractiveRounds = 0, Epochs = 100,
        EncoderTraining = EncoderTraining.Frozen, LearningRate = 1e-4,
    };

    public static void Measure(Recorder recorder)
    {
        var config = recorder.IsQuick ? Networks.Config(SegSamEncoder.Tiny, 128) : Networks.Config(SegSamEncoder.VitB, 256);
        using var network = Networks.Create(config);
        foreach (var weight in network.ImageEncoder.parameters())
            weight.requires_grad = false;
        network.train();
        using var set = TrainingData.Create(images: 8, config.InputSize, config.CategoryCount, Path.GetTempPath());
        using var kept = new VisualEmbeddings(network, set, PixelScaling.MeanStd, CPU, isFrozen: true);
        using var computed = new VisualEmbeddings(network, set, PixelScaling.MeanStd, CPU, isFrozen: false);
        using var withCache = new StepRunner(network, Options, set, kept, CPU);
        using var without = new StepRunner(network, Options, set, computed, CPU);
        var reader = new StepReader(set, Options, config.PresenceTokens, withCache.Threads, new Random(1));
        Epoch(withCache);
        Epoch(without);

        var times = Timing.TakeTurns(recorder.IsQuick ? 1 : 5,
            Timing.Of(() => Epoch(withCache)), Timing.Of(() => Epoch(without)), Timing.Of(() => _ = reader.Epoch(_ => false).ToList()));
        recorder.AddRatio("training/frozen", "an epoch from the embedding cache, times faster than without", times[1], times[0]);
        recorder.AddRatio("training/reading", "time to read an epoch's data, which happens beside the computation, part of such an epoch", times[2], times[0], "share");

        void Epoch(StepRunner steps)
        {
            foreach (var (_, groups) in reader.Epoch(_ => false))
                steps.Run(groups);
        }
    }
}
