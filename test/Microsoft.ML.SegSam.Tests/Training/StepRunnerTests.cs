using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Training;

[TestClass]
public sealed class StepRunnerTests : IDisposable
{
    private static readonly SegSamConfig Config = ShapeImages.Config;

    private readonly OneThread _thread = new();

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Groups_added_up_move_the_weights_as_one_step_of_all_their_images()
    {
        using var scope = NewDisposeScope();
        // Seven images: a step of four, of groups of two, and one of three, of groups of two and one. Nothing but the images is drawn.
        var options = new SegSamOptions { BoxColumnName = "Box", BoxJitter = 0, ImagesPerStep = 4, PromptsPerImage = 9, Epochs = 1 };
        var start = Trained(null);
        var (together, groups, apart) = (Trained(options), Trained(options with { ImagesPerStep = 2, AccumulateSteps = 2 }),
            Trained(options with { ImagesPerStep = 2 }));
        var moved = (together - start).norm().item<float>();
        TestContext.WriteLine($"moved {moved}, groups differ by {(groups - together).norm().item<float>()}, "
            + $"steps apart by {(apart - together).norm().item<float>()}");
        Assert.IsLessThan(0.01f * moved, (groups - together).norm().item<float>(),
            "Only rounding, which AdamW makes larger where a gradient is next to nothing.");
        Assert.IsGreaterThan(0.1f * moved, (apart - together).norm().item<float>(), "Or the test would not see a difference.");
    }

    [TestMethod]
    [DataRow(1, 4)]
    [DataRow(3, 2)]
    [DataRow(4, 1)]
    [DataRow(9, 1)]
    public void An_epoch_has_as_many_steps_as_it_takes_groups(int accumulate, int steps)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(7, folder.Path);
        using var network = SmallNetwork.Create(Config);
        using var visuals = new VisualEmbeddings(network, set, PixelScaling.MeanStd, CPU, isFrozen: false);
        var options = new SegSamOptions { BoxColumnName = "Box", ImagesPerStep = 2, AccumulateSteps = accumulate };
        var settings = options.TrainingSettings(usesBFloat16: false);
        using var runner = new StepRunner(network, settings, set, visuals, CPU);
        var drawn = new StepReader(set, settings, presenceTokens: 3, runner.Threads, new Random(1)).ReadEpoch().ToList();
        Assert.HasCount(steps, drawn);
        Assert.AreEqual(steps, runner.StepsPerEpoch);
        CollectionAssert.AreEquivalent(set.Objects.ToArray(),
            drawn.SelectMany(groups => groups).SelectMany(group => group).SelectMany(data => data.Batch.Objects).ToArray());
    }

    [TestMethod]
    [DataRow(false, 2)]
    [DataRow(true, 1)]
    public void Threads_share_a_step_unless_each_would_change_the_statistics(bool tinyVit, int threads)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(2, folder.Path);
        using var network = SmallNetwork.Create(tinyVit ? SmallNetwork.TinyVit : SmallNetwork.ResNet);
        using var visuals = new VisualEmbeddings(network, set, PixelScaling.MeanStd, CPU, isFrozen: false);
        set_num_threads(2);
        using var runner = new StepRunner(
            network, new SegSamOptions { BoxColumnName = "Box" }.TrainingSettings(usesBFloat16: false), set, visuals, CPU);
        Assert.AreEqual(threads, runner.Threads);
    }

    public void Dispose() => _thread.Dispose();

    /// <summary>All weights of the same network in one row, trained on seven images, or as they start.</summary>
    private static Tensor Trained(SegSamOptions? options)
    {
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(7, folder.Path);
        using var network = SmallNetwork.Create(Config);
        if (options is not null)
        {
            new Trainer(network, options.TrainingSettings(usesBFloat16: false), PixelScaling.MeanStd, new TorchDevice(CPU), 1, _ => { })
                .Train(set, null);
        }

        return cat([.. network.parameters().Select(weight => weight.detach().flatten())]);
    }
}
