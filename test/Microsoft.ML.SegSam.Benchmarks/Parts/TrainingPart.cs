using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Benchmarks.Plain;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Training.Data;
using Microsoft.ML.SegSam.Training;
using Microsoft.ML.SegSam.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>A training step of SAM-Med2D's kind, adapters and decoders of two images, against the plain form of it.</summary>
internal static class TrainingPart
{
    private const int Images = 2;
    private const double Rate = 1e-4;

    private static SegSamOptions Options { get; } = new()
    {
        BoxColumnName = nameof(SliceRow.Box), ImagesPerStep = Images, PromptsPerImage = 1, InteractiveRounds = 0, Epochs = 100,
        EncoderTraining = EncoderTraining.Adapter, Adapter = SegSamAdapter.SamMed2D, LearningRate = Rate,
    };

    public static void Measure(Recorder recorder)
    {
        var config = Networks.Config(SegSamEncoder.VitB, 256, SegSamAdapter.SamMed2D);
        if (recorder.IsQuick)
            config = config with { EncoderDepth = 2, GlobalBlocks = [1] };
        using var network = Networks.Create(config);
        foreach (var (name, weight) in network.ImageEncoder.named_parameters())
            weight.requires_grad = name.Contains(".Adapter.", StringComparison.Ordinal);
        var trained = network.parameters().Where(weight => weight.requires_grad).ToList();
        string Millions(IEnumerable<Parameter> weights) => Statistics.Short(weights.Sum(weight => weight.numel()) / 1e6);
        recorder.Note($"Of {Millions(network.parameters())} million parameters, {Millions(trained)} million are trained, "
            + "as in SAM-Med2D.");

        using var set = TrainingData.Create(Images, config.InputSize, config.CategoryCount, Path.GetTempPath());
        var usesBFloat16 = Networks.UsesBFloat16(config);
        recorder.Note($"Fit would choose {(usesBFloat16 ? "bfloat16" : "float32")} here.");
        using var visuals = new VisualEmbeddings(network, set, PixelScaling.MeanStd, CPU, isFrozen: false);
        var settings = Settings(usesBFloat16: false);
        using var steps = new StepRunner(network, settings, set, visuals, CPU);
        using var bfloat16Visuals = new VisualEmbeddings(
            network, set, PixelScaling.MeanStd, CPU, isFrozen: false, usesBFloat16: usesBFloat16);
        using var lowered = new StepRunner(network, Settings(usesBFloat16), set, bfloat16Visuals, CPU);
        using var plain = new PlainStep(network, set, trained);
        using var update = new Update(trained, () => plain.Loss());
        var reader = new StepReader(set, settings, config.PresenceTokens, steps.Threads, new Random(1));
        network.train();
        void Step(StepRunner runner) => runner.Run(reader.ReadEpoch().Single(), new RunPosition(SavedPosition.Start));
        double Lowered()
        {
            lowered.Refresh(); // the others have changed the weights
            return Timing.Seconds(() => Step(lowered));
        }

        Step(steps);
        Step(lowered);
        plain.Run();
        update.Run();

        var times = Timing.TakeTurns(
            recorder.IsQuick ? 1 : 11, Lowered, Timing.Of(plain.Run),
            update.Run, () => plain.OptimizerSeconds, Timing.Of(() => Step(steps)));
        recorder.AddPeers("training/step",
            "a training step of ViT-B at 256 with SAM-Med2D's adapters, 2 images", times[0], plain: times[1]);
        recorder.AddRatio("training/step/float32/plain", "a step in float32, times faster than the plain form", times[1], times[4]);
        recorder.AddRatio("training/optimizer", "the optimizer's share of a step", times[2], times[0], "share");
        recorder.AddRatio("training/optimizer/plain", "the optimizer's share of a plain step", times[3], times[1], "share");
    }

    /// <summary>Clipping and AdamW alone, with gradients of a real loss.</summary>
    private sealed class Update : IDisposable
    {
        private readonly TrainedWeights _trained;
        private readonly Gradients _gradients;
        private readonly AdamWOptimizer _optimizer;

        public Update(IReadOnlyList<Parameter> trained, Func<Tensor> loss)
        {
            using var scope = NewDisposeScope();
            _trained = new(trained);
            (_gradients, _optimizer) = (new(_trained), new(_trained, Options.WeightDecay, Options.GradientClip, get_num_threads()));
            _gradients.Add(loss());
        }

        public double Run() => Timing.Seconds(() => _optimizer.Step([_gradients], Rate));

        public void Dispose()
        {
            _gradients.Dispose();
            _optimizer.Dispose();
            _trained.Dispose();
        }
    }

    // By the loss that SAM-Med2D's weights are trained with.
    private static TrainingSettings Settings(bool usesBFloat16)
    {
        var settings = Options.TrainingSettings(usesBFloat16);
        return settings with { LossWeights = settings.LossWeights with { Pixels = PixelLoss.Focal } };
    }

    /// <summary>Forward in the plain form, the same loss, backward, AdamW as TorchSharp has it: weight by weight.</summary>
    private sealed class PlainStep(SegSamNetwork network, TrainingSet set, List<Parameter> trained) : IDisposable
    {
        private readonly optim.Optimizer _optimizer = optim.AdamW(trained, lr: Rate);
        private readonly PlainEncoder _encoder = new(network);
        private readonly PlainDecoder _decoder = new(network);
        private readonly SegSamLoss _loss = new(Settings(usesBFloat16: false).LossWeights);

        public double OptimizerSeconds { get; private set; }

        public void Run()
        {
            Loss().backward();
            OptimizerSeconds = Timing.Seconds(() => _optimizer.step());
            network.zero_grad();
        }

        public Tensor Loss()
        {
            var config = network.Config;
            var batch = TrainingBatch.Read(set, [.. Enumerable.Range(0, Images)], config.PresenceTokens, new Random(1), withPixels: true);
            var visual = _encoder.Encode(ImageTensor.Stack(batch.Pixels!, PixelScaling.MeanStd, CPU));
            var prompts = PromptCollator.Collate([.. batch.Objects.Select(found => found.Given)], batch.ImageIndex, config.MaskSide, CPU);
            return _loss.Compute(_decoder.Decode(visual, prompts), batch.ToTargets(set, config.InputSize, config.CategoryCount, CPU)).Total;
        }

        public void Dispose() => _optimizer.Dispose();
    }
}
