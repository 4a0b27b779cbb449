using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

[TestClass]
public sealed class MemoryTests
{
    [TestMethod]
    public void The_count_sees_a_tensor_that_is_not_disposed()
    {
        var before = LiveTensors.Count;
        using (torch.ones(3))
            Assert.AreEqual(before + 1, LiveTensors.Count);
        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void A_hundred_predictions_leave_no_tensor_behind()
    {
        var rows = TinyData.Rows(images: 3);
        using var engine = Engine();
        engine.Predict(Ask(rows[0]));
        var before = CountLiveTensors();
        for (var i = 0; i < 100; i++)
            engine.Predict(Ask(rows[i % rows.Count]));
        Assert.AreEqual(before, CountLiveTensors());
    }

    [TestMethod]
    public void Scoring_a_view_leaves_no_tensor_behind()
    {
        var scored = Shared.Transform(Load(TinyData.RowsWithGaps()));
        Table.Read(scored);
        var before = CountLiveTensors();
        Table.Read(scored);
        Assert.AreEqual(before, CountLiveTensors());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Fitting_and_disposing_leaves_no_tensor_behind(bool withRounds)
    {
        var rows = TinyData.Rows(images: 2);
        var options = new SegSamOptions
        {
            BoxColumnName = "Box", MaskPromptColumnName = withRounds ? "MaskPrompt" : null, InputSize = 64, Epochs = 2, BatchSize = 1,
        };
        Ml.Transforms.SegSam(options).Fit(Load(rows), Load(rows)).Dispose();
        var before = LiveTensors.Count;
        Ml.Transforms.SegSam(options).Fit(Load(rows), Load(rows)).Dispose();
        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void A_frozen_encoder_and_augmented_images_leave_no_tensor_behind()
    {
        using var folder = new TemporaryFolder();
        var rows = TinyData.Rows(images: 2);
        foreach (var options in (SegSamOptions[])[
            TinyData.Options() with { EncoderTraining = EncoderTraining.Frozen, EmbeddingFolder = folder.Path },
            TinyData.Options() with { Augmentation = new(), ImagesPerStep = 1 }])
        {
            Ml.Transforms.SegSam(options).Fit(Load(rows), Load(rows)).Dispose();
            var before = LiveTensors.Count;
            Ml.Transforms.SegSam(options).Fit(Load(rows), Load(rows)).Dispose();
            Assert.AreEqual(before, LiveTensors.Count);
        }
    }

    [TestMethod]
    public void Loading_and_disposing_leaves_no_tensor_behind()
    {
        var schema = Load(TinyData.Rows(images: 1)).Schema;
        ((IDisposable)EstimatorWorkout.Reload(Ml, Shared, schema).Model).Dispose();
        var before = LiveTensors.Count;
        ((IDisposable)EstimatorWorkout.Reload(Ml, Shared, schema).Model).Dispose();
        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void A_fit_that_fails_leaves_no_tensor_behind()
    {
        var rows = TinyData.Rows(images: 1);
        using var source = new CancellationTokenSource();
        source.Cancel();
        var options = new SegSamOptions { BoxColumnName = "Box", InputSize = 64, Epochs = 1, CancellationToken = source.Token };
        var before = LiveTensors.Count;
        Assert.Throws<OperationCanceledException>(() => Ml.Transforms.SegSam(options).Fit(Load(rows)));
        Assert.AreEqual(before, LiveTensors.Count);
    }

    [TestMethod]
    public void A_disposed_model_refuses_to_answer()
    {
        var rows = TinyData.Rows(images: 1);
        var model = Ml.Transforms.SegSam(TinyData.Options()).Fit(Load(rows));
        var scored = model.Transform(Load(rows));
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Table.Read(scored));
    }
}
