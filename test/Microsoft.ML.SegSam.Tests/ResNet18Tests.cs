using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Checkpoints.Onnx;
using Microsoft.ML.SegSam.Tests.Support;
using static Microsoft.ML.SegSam.Tests.Support.FittedModel;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests;

/// <summary>Models that begin with ImageNet's weights of a ResNet-18.</summary>
[TestClass]
public sealed class ResNet18Tests
{
    private static readonly SegSamOptions Options = TinyData.Options() with { Checkpoint = ResNet18PackageTests.Weights };

    [TestMethod]
    public void A_model_is_trained_from_it_saved_and_loaded()
    {
        using var scope = NewDisposeScope();
        var data = Load(TinyData.Rows(images: 2));
        var (ml, lines) = (new MLContext(seed: 3), new List<string>());
        ml.Log += (_, line) => lines.Add(line.Message);
        using var model = ml.Transforms.SegSam(Options).Fit(data);
        Assert.IsTrue(lines.Any(line => line.Contains("Starting from ResNet18.onnx, read as ResNet18 ", StringComparison.Ordinal)
            && line.Contains("ResNet18, all but its stages random, used at 64 x 64; images: LongestSide", StringComparison.Ordinal)),
            string.Join('\n', lines));
        Assert.AreEqual((SegSamEncoder.ResNet18, 64, "ResNet18.onnx"),
            (model.Info.Encoder, model.Info.InputSize, model.Info.Options!.Checkpoint));
        Assert.AreEqual(ModelPrompts.Box, model.Info.Prompts, "ImageNet teaches no prompts");

        var (loaded, _) = EstimatorWorkout.Reload(Ml, model, data.Schema);
        Table.AssertEqual(Table.Read(model.Transform(data)), Table.Read(loaded.Transform(data)), "ResNet18");
        Assert.AreEqual(ModelPrompts.Box, ((SegSamTransformer)loaded).Info.Prompts);
        ((IDisposable)loaded).Dispose();
    }

    [TestMethod]
    [DataRow("segsam.safetensors", CheckpointFamily.SegSam, 64)]
    public void Its_weights_are_saved_and_read_again_as_a_SAM(string name, CheckpointFamily family, int inputSize)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, name);
        using var model = Ml.Transforms.SegSam(Options).Fit(Load(TinyData.Rows(images: 2)));
        model.SaveSamWeights(path);
        var info = SegSamModelInfo.OfCheckpoint(path);
        Assert.AreEqual((family, SegSamEncoder.ResNet18, inputSize), (info.Family, info.Encoder, info.InputSize));
        using var published = SegSamTransformer.FromCheckpoint(path);
        var expected = model.Model.Network.ImageEncoder.state_dict();
        foreach (var (weight, value) in published.Model.Network.ImageEncoder.state_dict())
            Assert.IsTrue(value.Equals(expected[weight]), weight);
    }

    [TestMethod]
    public void A_frozen_one_keeps_its_weights()
    {
        using var scope = NewDisposeScope();
        var data = Load(TinyData.Rows(images: 2));
        using var frozen = Ml.Transforms.SegSam(Options with { EncoderTraining = EncoderTraining.Frozen }).Fit(data);
        using var file = CheckpointFile.Open(ResNet18PackageTests.Weights);
        var state = frozen.Model.Network.state_dict();
        foreach (var tensor in file.Tensors)
            Assert.IsTrue(tensor.Read().Equals(state[tensor.Name]), tensor.Name);
    }

    [TestMethod]
    public void Without_training_it_is_refused()
    {
        const string expected = "ResNet18.onnx: The file holds an image encoder alone; without training, the decoders would be random. "
            + "Use it as SegSamOptions.Checkpoint with Epochs of at least 1";
        var data = Load(TinyData.Rows(images: 2));
        Assert.StartsWith(expected,
            Assert.ThrowsExactly<InvalidDataException>(() => Ml.Transforms.SegSam(Options with { Epochs = 0 }).Fit(data)).Message);
        Assert.StartsWith(expected,
            Assert.ThrowsExactly<InvalidDataException>(() => SegSamPredictor.FromCheckpoint(ResNet18PackageTests.Weights)).Message);
    }

    [TestMethod]
    public void Options_that_do_not_fit_are_refused()
    {
        var data = Load(TinyData.Rows(images: 2));
        string Refused(SegSamOptions options) =>
            Assert.ThrowsExactly<ArgumentException>(() => Ml.Transforms.SegSam(options).Fit(data)).Message;
        Assert.StartsWith("SegSamOptions.Encoder is 'Tiny'; it must be null or 'ResNet18', which ",
            Refused(Options with { Encoder = SegSamEncoder.Tiny }));
        Assert.StartsWith("SegSamOptions.Adapter is 'LowRank'; it must be None with Encoder ResNet18: a ResNet's blocks have no place",
            Refused(Options with { Adapter = SegSamAdapter.LowRank }));
    }

    [TestMethod]
    public void The_file_tells_what_it_is()
    {
        var info = SegSamModelInfo.OfCheckpoint(ResNet18PackageTests.Weights);
        Assert.AreEqual((CheckpointFamily.ResNet18, SegSamEncoder.ResNet18, 2_780_544L, ModelPrompts.None),
            (info.Family, info.Encoder, info.Parameters, info.Prompts));
    }
}
