using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
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
        if (recorder.IsQuick)
        {
            Measure(recorder, "", "Tiny at 128", Networks.Config(SegSamEncoder.Tiny, 128), images: 8, repetitions: 1);
            return;
        }

        Measure(recorder, "", "ViT-B at 1024, SAM's own input", Networks.Config(SegSamEncoder.VitB, 1024), images: 2, repetitions: 3);
        Measure(recorder, "/256", "ViT-B at 256", Networks.Config(SegSamEncoder.VitB, 256), images: 8, repetitions: 5);
    }

    private static void Measure(Recorder recorder, string key, string words, SegSamConfig config, int images, int repetitions)
    {
        using var network = Networks.Create(config);
        foreach (var weight in network.ImageEncoder.parameters())
            weight.requires_grad = false;
        network.train();
        var usesBFloat16 = Networks.UsesBFloat16(config);
        var settings = Options.TrainingSettings(usesBFloat16);
        using var set = TrainingData.Create(images, config.InputSize, config.CategoryCount, Path.GetTempPath());
        using var kept = new VisualEmbeddings(network, set, PixelScaling.MeanStd, CPU, isFrozen: true, usesBFloat16: usesBFloat16);
        using var computed = new VisualEmbeddings(network, set, PixelScaling.MeanStd, CPU, isFrozen: false, usesBFloat16: usesBFloat16);
        using var withCache = new StepRunner(network, settings, set, kept, CPU);
        using var without = new StepRunner(network, settings, set, computed, CPU);
        var reader = new StepReader(set, settings, config.PresenceTokens, withCache.Threads, new Random(1));
        Epoch(withCache);
        Epoch(without);

        var times = Timing.TakeTurns(repetitions,
            Timing.Of(() => Epoch(withCache)), Timing.Of(() => Epoch(without)), Timing.Of(() => _ = reader.ReadEpoch().ToList()));
        recorder.AddRatio("training/frozen" + key,
            $"{words}: an epoch from the embedding cache, times faster than without it",
            times[1], times[0]);
        recorder.AddRatio("training/reading" + key,
            $"{words}: time to read an epoch's data (read while computing), share of an epoch from the cache",
            times[2], times[0], "share");

        void Epoch(StepRunner steps)
        {
            var position = new RunPosition(SavedPosition.Start);
            foreach (var groups in reader.ReadEpoch())
                steps.Run(groups, position);
        }
    }
}
