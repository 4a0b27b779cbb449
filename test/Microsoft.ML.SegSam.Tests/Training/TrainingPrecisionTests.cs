using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Tests.Training.Data;
using Microsoft.ML.SegSam.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Training;

/// <summary>
/// Training in bfloat16 and with recomputed activations. libtorch computes bfloat16 on any CPU, only slower; so the trainer can be tested
/// where Fit refuses.
/// </summary>
[TestClass]
public sealed class TrainingPrecisionTests : IDisposable
{
    private static readonly SegSamConfig Config = ShapeImages.Config;
    private static readonly SegSamOptions Options = new()
    {
        BoxColumnName = "Box", Epochs = 3, ImagesPerStep = 2, LearningRate = 2e-3, InteractiveRounds = 1,
    };

    private readonly OneThread _thread = new();

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(EncoderTraining.Full)]
    [DataRow(EncoderTraining.Frozen)]
    public void Bfloat16_learns_about_the_same_and_leaves_float32_behind(EncoderTraining training)
    {
        using var scope = NewDisposeScope();
        var options = Options with { EncoderTraining = training };
        var (full, start, reports) = Train(options);
        var (lowered, _, loweredReports) = Train(options, usesBFloat16: true);
        var (moved, difference) = ((full - start).norm().item<float>(), (full - lowered).norm().item<float>());
        TestContext.WriteLine($"moved {moved}, differs by {difference}; "
            + $"loss {string.Join(' ', reports.Concat(loweredReports).Select(report => report.Loss))}");
        Assert.IsLessThan(loweredReports[0].Loss, loweredReports[^1].Loss, "It learns.");
        Assert.AreEqual(reports[^1].Loss, loweredReports[^1].Loss, 0.05 * reports[^1].Loss);
        Assert.IsTrue(difference > 0 && difference < 0.5f * moved);
        Assert.IsTrue(reports.TrueForAll(report => report.Precision == "float32")
            && loweredReports.TrueForAll(report => report.Precision == "bfloat16"));
    }

    [TestMethod]
    public void The_state_of_a_run_in_bfloat16_is_float32()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(2, folder.Path);
        using var network = SmallNetwork.Create(Config);
        using var visuals = new VisualEmbeddings(network, set, PixelScaling.MeanStd, CPU, isFrozen: false, usesBFloat16: true);
        var settings = Options.TrainingSettings(usesBFloat16: true);
        using var steps = new StepRunner(network, settings, set, visuals, CPU);
        var position = new RunPosition(SavedPosition.Start);
        foreach (var groups in new StepReader(set, settings, Config.PresenceTokens, steps.Threads, new Random(1)).ReadEpoch())
            steps.Run(groups, position);
        Assert.IsTrue(steps.State.All(one => one.Value.dtype == ScalarType.Float32));
        Assert.IsTrue(network.parameters().All(weight => weight.dtype == ScalarType.Float32));
    }

    [TestMethod]
    public void Fit_takes_bfloat16_only_where_the_processor_has_it()
    {
        var ml = new MLContext(seed: 1);
        var estimator = ml.Transforms.SegSam(TinyData.Options() with { Precision = SegSamPrecision.BFloat16 });
        var data = TinyData.Load(ml, TinyData.Rows(images: 1));
        if (new TorchDevice(CPU).HasBFloat16)
            estimator.Fit(data).Dispose();
        else
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => estimator.Fit(data)).Message,
                "Precision is 'BFloat16'; it must be Automatic or Float32 on this processor");
        }
    }

    [TestMethod]
    public void Recomputed_activations_train_the_same_weights()
    {
        using var scope = NewDisposeScope();
        var (kept, start, _) = Train(Options);
        var (again, _, _) = Train(Options with { GradientCheckpointing = true });
        Assert.IsTrue(kept.Equals(again));
        Assert.IsFalse(kept.Equals(start));
    }

    [TestMethod]
    public void A_run_in_bfloat16_goes_on_where_it_stopped_to_the_same_weights()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        var (whole, _, _) = Train(Options, usesBFloat16: true);
        var stopping = Options with { StateFile = Path.Combine(folder.Path, "run.state"), CancellationToken = source.Token };
        var (stopped, _, _) = Train(stopping, usesBFloat16: true, _ => source.Cancel());
        var (continued, _, reports) = Train(stopping with { CancellationToken = default }, usesBFloat16: true);
        Assert.IsFalse(stopped.Equals(whole));
        Assert.HasCount(Options.Epochs - 1, reports);
        Assert.IsTrue(continued.Equals(whole));
    }

    public void Dispose() => _thread.Dispose();

    /// <summary>All weights in one row, after and before, and the reports.</summary>
    private static (Tensor After, Tensor Before, List<TrainingProgress> Reports) Train(
        SegSamOptions options, bool usesBFloat16 = false, Action<TrainingProgress>? then = null)
    {
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(4, folder.Path);
        using var network = SmallNetwork.Create(Config);
        var before = Weights(network);
        var reports = new List<TrainingProgress>();
        new Trainer(network, options.TrainingSettings(usesBFloat16), PixelScaling.MeanStd, new TorchDevice(CPU), 1, Report)
            .Train(set, null);
        return (Weights(network), before, reports);

        void Report(TrainingProgress progress)
        {
            reports.Add(progress);
            then?.Invoke(progress);
        }
    }

    private static Tensor Weights(SegSamNetwork network) => cat([.. network.parameters().Select(weight => weight.detach().flatten())]);
}
