using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Checkpoints;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Prediction;

[TestClass]
public sealed class ModelInfoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Weights => Path.Combine(_folder.Path, "weights.safetensors");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_model_tells_its_network_its_categories_and_how_it_was_made()
    {
        var info = FittedModel.Shared.Info;
        Assert.IsNull(info.Family);
        Assert.AreEqual(SegSamEncoder.Tiny, info.Encoder);
        Assert.AreEqual(64, info.InputSize);
        Assert.AreEqual(ResizeRule.PadOrStretch, info.Resize);
        CollectionAssert.AreEqual((string[])["disc", "bar"], info.Categories.ToArray());
        Assert.AreEqual("Points", info.Options!.PointsColumnName);
        Assert.AreEqual(FittedModel.Shared.Model.Network.parameters().Sum(parameter => parameter.numel()), info.Parameters);
        Assert.IsEmpty(info.Unused);
        Assert.AreEqual(ModelPrompts.Box | ModelPrompts.Points | ModelPrompts.Mask, info.Prompts);
        Assert.AreEqual(ModelPrompts.Box, FittedModel.With(TinyData.Options()).Info.Prompts);
    }

    [TestMethod]
    public void Weights_tell_family_sizes_and_what_is_not_used_of_them()
    {
        var weights = PublishedFile.Weights(PublishedFile.Sam);
        var numbers = weights.Values.Sum(value => value.numel());
        weights["pixel_mean"] = zeros(3, 1, 1);
        PublishedFile.Write(Weights, weights);
        var info = SegSamModelInfo.OfCheckpoint(Weights);
        Assert.AreEqual(CheckpointFamily.Sam, info.Family);
        Assert.AreEqual(PublishedFile.Sam.InputSize, info.InputSize);
        Assert.AreEqual(ResizeRule.LongestSide, info.Resize);
        Assert.AreEqual(numbers, info.Parameters);
        Assert.AreEqual("pixel_mean", info.Unused.Single());
        Assert.IsNull(info.Options);
        Assert.IsEmpty(info.Categories);
        Assert.AreEqual(ModelPrompts.Box | ModelPrompts.Points | ModelPrompts.Mask, info.Prompts);
        Assert.AreEqual(PixelScaling.MinMax, SegSamModelInfo.OfCheckpoint(Weights, CheckpointFamily.MedSam).PixelScaling);
    }

    [TestMethod]
    public void Files_that_are_no_SAM_are_said_by_name()
    {
        PublishedFile.Write(Weights, [new("layer.weight", zeros(2, 2))]);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => SegSamModelInfo.OfCheckpoint(Weights)).Message,
            "weights.safetensors: The file does not contain the weights of a supported Segment Anything Model");
        Assert.ThrowsExactly<FileNotFoundException>(() => SegSamModelInfo.OfCheckpoint(Path.Combine(_folder.Path, "nowhere.pth")));
    }
}
