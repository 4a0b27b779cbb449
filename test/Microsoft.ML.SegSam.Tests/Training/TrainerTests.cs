using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Tests.Training.Data;
using Microsoft.ML.SegSam.Training.Data;
using Microsoft.ML.SegSam.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Training;

[TestClass]
public sealed class TrainerTests : IDisposable
{
    private static readonly SegSamConfig Config = ShapeImages.Config;

    private readonly OneThread _thread = new();

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(EncoderTraining.Frozen, SegSamAdapter.None)]
    [DataRow(EncoderTraining.Adapter, SegSamAdapter.Bottleneck)]
    [DataRow(EncoderTraining.Adapter, SegSamAdapter.LowRank)]
    [DataRow(EncoderTraining.Adapter, SegSamAdapter.SamMed2D)]
    [DataRow(EncoderTraining.Full, SegSamAdapter.None)]
    public void Only_what_is_to_be_trained_of_the_encoder_changes(EncoderTraining training, SegSamAdapter adapter)
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(Config with { Adapter = adapter });
        var before = network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());
        Train(network, new() { BoxColumnName = "Box", EncoderTraining = training, Adapter = adapter, Epochs = 2, BatchSize = 2 });
        var changed = network.state_dict().Where(pair => !pair.Value.Equals(before[pair.Key])).Select(pair => pair.Key).ToList();
        var encoder = changed.Where(name => name.StartsWith("image_encoder.", StringComparison.Ordinal)).ToList();
        switch (training)
        {
            case EncoderTraining.Frozen:
                Assert.IsEmpty(encoder);
                break;
            case EncoderTraining.Adapter:
                Assert.IsNotEmpty(encoder);
                Assert.IsEmpty(encoder.Where(name => !name.Contains(".Adapter.")));
                break;
            default:
                CollectionAssert.AreEquivalent(
                    before.Keys.Where(name => name.StartsWith("image_encoder.", StringComparison.Ordinal)).ToArray(), encoder);
                break;
        }

        foreach (var part in new[] { "prompt_encoder.", "mask_decoder.", "semantic_decoder.", "class_head.", "text_to_vision." })
            Assert.Contains(name => name.StartsWith(part, StringComparison.Ordinal), changed);
        foreach (var buffer in new[] { "text_bank", "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix" })
            Assert.DoesNotContain(buffer, changed);
    }

    [TestMethod]
    public void A_frozen_tinyvit_keeps_its_statistics_too()
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(SmallNetwork.TinyVit with { CategoryCount = 3, PresenceTokens = 3 });
        var before = network.ImageEncoder.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());
        Train(network, new() { BoxColumnName = "Box", EncoderTraining = EncoderTraining.Frozen, Epochs = 2 });
        Assert.IsEmpty(network.ImageEncoder.state_dict().Where(pair => !pair.Value.Equals(before[pair.Key])).Select(pair => pair.Key));
    }

    [TestMethod]
    public void A_trained_tinyvit_changes_whole_and_counts_each_step_once()
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(SmallNetwork.TinyVit with { CategoryCount = 3, PresenceTokens = 3 });
        var before = network.ImageEncoder.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());
        Train(network, new() { BoxColumnName = "Box", Epochs = 3, ImagesPerStep = 2, InteractiveRounds = 1 });
        var after = network.ImageEncoder.state_dict();
        Assert.IsEmpty(after.Where(pair => pair.Value.Equals(before[pair.Key])).Select(pair => pair.Key));
        foreach (var (_, count) in after.Where(pair => pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)))
            Assert.AreEqual(3 * 4 / 2, count.item<long>());
    }

    [TestMethod]
    public void The_same_seed_trains_the_same_weights()
    {
        using var scope = NewDisposeScope();
        using var one = SmallNetwork.Create(Config);
        using var same = SmallNetwork.Create(Config);
        using var other = SmallNetwork.Create(Config);
        var options = new SegSamOptions
        {
            BoxColumnName = "Box", PointsColumnName = "P", PointLabelsColumnName = "L", Epochs = 1, BatchSize = 2,
        };
        Train(one, options);
        Train(same, options);
        Train(other, options, seed: 2);
        Assert.IsTrue(one.parameters().Zip(same.parameters()).All(pair => pair.First.Equals(pair.Second)));
        Assert.IsFalse(one.parameters().Zip(other.parameters()).All(pair => pair.First.Equals(pair.Second)));
    }

    [TestMethod]
    public void Each_epoch_reports_every_loss_part_once()
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(Config);
        var reports = Train(network, new() { BoxColumnName = "Box", Epochs = 3, BatchSize = 2 });
        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, reports.Select(report => report.Epoch).ToArray());
        foreach (var report in reports)
        {
            CollectionAssert.AreEquivalent(SegSam.Losses.SegSamLoss.PartNames.ToArray(), report.LossParts.Keys.ToArray());
            Assert.IsTrue(double.IsFinite(report.Loss) && report.Loss > 0 && report.LossParts.Values.All(double.IsFinite));
            Assert.IsNull(report.ValidationDice);
        }

        Assert.AreEqual(TimeSpan.Zero, reports[^1].TimeLeft);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void With_validation_the_best_epochs_weights_are_kept(bool tinyVit)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var network = SmallNetwork.Create(tinyVit ? SmallNetwork.TinyVit with { CategoryCount = 3, PresenceTokens = 3 } : Config);
        using var validation = ShapeImages.Create(3, folder.Path, seed: 9);
        var options = new SegSamOptions { BoxColumnName = "Box", Epochs = 10, BatchSize = 2, LearningRate = 0.003 };
        using var training = ShapeImages.Create(4, folder.Path);
        var reports = new List<TrainingProgress>();
        new Trainer(network, options.TrainingSettings(usesBFloat16: false), PixelScaling.MeanStd, new TorchDevice(CPU), 1, reports.Add)
            .Train(training, validation);
        var best = reports.Max(report => report.ValidationDice!.Value);
        TestContext.WriteLine(string.Join(' ', reports.Select(report => report.ValidationDice)));
        Assert.IsLessThan(best, reports[^1].ValidationDice!.Value,
            "From scratch masks first shrink, so the last weights are not the best of so few epochs.");
        Assert.AreEqual(best, reports.Last(report => report.IsBest).ValidationDice!.Value);
        using var visuals = Visuals(network, validation);
        Assert.AreEqual(best, new Validator(network, validation, options.TrainingSettings(usesBFloat16: false), visuals, CPU)
            .Measure()[ValidationMetric.MeanDice], 1e-9);
        Assert.IsTrue(best is > 0 and <= 1, string.Join(' ', reports.Select(report => report.ValidationDice)));
    }

    [TestMethod]
    public void Validation_uses_the_running_statistics_and_leaves_them_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var network = SmallNetwork.Create(SmallNetwork.TinyVit with { CategoryCount = 3, PresenceTokens = 3 });
        using var validation = ShapeImages.Create(2, folder.Path);
        var before = network.ImageEncoder.named_buffers().ToDictionary(pair => pair.name, pair => pair.buffer.clone());
        using var visuals = Visuals(network, validation);
        new Validator(network, validation, new SegSamOptions { BoxColumnName = "Box" }.TrainingSettings(usesBFloat16: false), visuals, CPU)
            .Measure();
        Assert.IsTrue(network.ImageEncoder.named_buffers().All(pair => pair.buffer.Equals(before[pair.name])));
    }

    [TestMethod]
    public void Canceling_before_the_first_step_throws_and_later_keeps_what_there_is()
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(Config);
        using var early = new CancellationTokenSource();
        early.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(() =>
            Train(network, new() { BoxColumnName = "Box", CancellationToken = early.Token }));

        using var late = new CancellationTokenSource();
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(2, folder.Path);
        var reports = new List<TrainingProgress>();
        var options = new SegSamOptions { BoxColumnName = "Box", Epochs = 50, CancellationToken = late.Token };
        var settings = options.TrainingSettings(usesBFloat16: false);
        var ended = new Trainer(network, settings, PixelScaling.MeanStd, new TorchDevice(CPU), 1, report =>
        {
            reports.Add(report);
            if (report.Epoch == 2)
                late.Cancel();
        }).Train(set, null);
        Assert.IsFalse(ended);
        Assert.HasCount(2, reports);
    }

    [TestMethod]
    public void Other_categories_without_a_token_are_counted()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(2, folder.Path); // the second image holds three objects: each has two others, one too many
        using var network = SmallNetwork.Create(Config with { PresenceTokens = 1 });
        var settings = new SegSamOptions { BoxColumnName = "Box", Epochs = 2 }.TrainingSettings(usesBFloat16: false);
        var trainer = new Trainer(network, settings, PixelScaling.MeanStd, new TorchDevice(CPU), 1, _ => { });
        trainer.Train(set, null);
        Assert.AreEqual(2 * 3, trainer.DroppedOthers);
    }

    [TestMethod]
    [DataRow(1e3)]
    [DataRow(1e30)]
    public void Training_that_diverges_ends_with_the_step_and_the_loss(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(Config);
        var options = new SegSamOptions { BoxColumnName = "Box", Epochs = 50, LearningRate = learningRate };
        var message = Assert.ThrowsExactly<InvalidOperationException>(() => Train(network, options)).Message;
        Assert.StartsWith("Training diverges: the loss is ", message);
        Assert.Contains(" at step ", message);
        Assert.Contains("a lower LearningRate than ", message);
    }

    [TestMethod]
    public void A_frozen_encoder_sees_each_image_once_however_many_epochs_there_are()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var network = SmallNetwork.Create(Config);
        using var training = ShapeImages.Create(4, folder.Path);
        using var validation = ShapeImages.Create(2, folder.Path, seed: 9);
        var options = new SegSamOptions
        {
            BoxColumnName = "Box", EncoderTraining = EncoderTraining.Frozen, Epochs = 3, InteractiveRounds = 1,
        };
        var reports = new List<TrainingProgress>();
        new Trainer(network, options.TrainingSettings(usesBFloat16: false), PixelScaling.MeanStd, new TorchDevice(CPU), 1, report =>
        {
            reports.Add(report);
            using var noGrad = no_grad();
            foreach (var weight in network.ImageEncoder.parameters())
                weight.fill_(double.NaN); // whatever is encoded from now on is nothing
        }).Train(training, validation);
        Assert.HasCount(3, reports);
        Assert.IsTrue(reports.TrueForAll(report => double.IsFinite(report.Loss) && report.ValidationDice > 0));
    }

    [TestMethod]
    [DataRow(1 << 20, false)]
    [DataRow(1 << 20, true)]
    [DataRow(0, false)]
    [DataRow(0, true)]
    public void Kept_embeddings_are_those_of_the_encoder_wherever_they_are_kept(int bytesInMemory, bool withFolder)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var folder = new TemporaryFolder();
        using var network = SmallNetwork.Create(Config);
        using var set = ShapeImages.Create(3, folder.Path);
        var embeddings = withFolder
            ? new EmbeddingFolder(Path.Combine(folder.Path, "embeddings"), network, PixelScaling.MeanStd, CPU) : null;
        using var kept = new VisualEmbeddings(network, set, PixelScaling.MeanStd, CPU, isFrozen: true, embeddings, bytesInMemory);
        using var fresh = Visuals(network, set);
        foreach (var images in (int[][])[[2, 0], [0, 1, 2], [1]])
        {
            SmallNetwork.AssertClose(fresh.Of(images), kept.Of(images), 1e-5);
            Assert.IsTrue(kept.Of(images).Equals(cat([.. images.Select(image => kept.Of([image]))])));
        }

        Assert.AreEqual((3, 6), (kept.Encoded, fresh.Encoded));
    }

    public void Dispose() => _thread.Dispose();

    private static VisualEmbeddings Visuals(SegSamNetwork network, TrainingSet set) =>
        new(network, set, PixelScaling.MeanStd, CPU, isFrozen: false);

    private static List<TrainingProgress> Train(SegSamNetwork network, SegSamOptions options, int seed = 1)
    {
        using var folder = new TemporaryFolder();
        using var set = ShapeImages.Create(4, folder.Path);
        var reports = new List<TrainingProgress>();
        new Trainer(network, options.TrainingSettings(usesBFloat16: false), PixelScaling.MeanStd, new TorchDevice(CPU), seed, reports.Add)
            .Train(set, null);
        return reports;
    }
}
