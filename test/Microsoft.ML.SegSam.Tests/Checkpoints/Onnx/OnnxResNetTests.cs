using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Tests.Support;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Checkpoints.Onnx;

/// <summary>A narrow ResNet-18, whose file ONNX Runtime computes too.</summary>
[TestClass]
public sealed class OnnxResNetTests
{
    private static readonly float[] Deviations = [58.395f, 57.12f, 57.375f];

    [TestMethod]
    [DataRow(64, true, false)]
    [DataRow(96, false, false)]
    [DataRow(64, true, true)]
    public void The_encoder_computes_what_ONNX_Runtime_does_of_blue_green_red_levels(int side, bool raw, bool padsBehind)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var file = new TinyResNet(side, raw, padsBehind);
        using var network = Create(TinyResNet.Config with { InputSize = side });
        CheckpointBytes.Open(file.ToArray(), checkpoint => Load(checkpoint, network));
        var images = Normal(3, 2, 3, side, side);
        var expected = OnnxRun.Output(
            TinyOnnx.WithOutput(file.ToArray(), file.ThirdStage, 1, 4, side / 16, side / 16), file.ThirdStage, Levels(images));
        Assert.IsGreaterThan(1f, expected.abs().max().item<float>());
        AssertClose(expected, ((ResNetEncoder)network.ImageEncoder).Stages(images), 1e-5 * expected.abs().max().item<float>());
    }

    [TestMethod]
    public void The_tensors_are_the_layers_of_this_library_and_the_rest_is_counted()
    {
        var (tensors, skipped) = CheckpointBytes.Open(new TinyResNet().ToArray(), file => (file.Tensors, file.Skipped));
        using var network = Create(TinyResNet.Config);
        var expected = network.ImageEncoder.state_dict().Where(pair => !pair.Key.StartsWith("neck."))
            .Select(pair => $"image_encoder.{pair.Key} {string.Join('x', pair.Value.shape)}");
        CollectionAssert.AreEquivalent(expected.ToList(),
            tensors.Select(tensor => $"{tensor.Name} {string.Join('x', tensor.Shape)}").ToList());
        CollectionAssert.AreEqual(new[] { "25 of the file's 100 tensors: what follows the third stage" }, skipped.ToArray());
    }

    // What the package's network reads in place of our input, less its mean.
    internal static Tensor Levels(Tensor images) => (images * tensor(Deviations).reshape(1, 3, 1, 1)).flip(1);

    private static int Load(CheckpointFile file, SegSamNetwork network)
    {
        var state = network.state_dict();
        foreach (var tensor in file.Tensors)
            tensor.ReadInto(state[tensor.Name]);
        return file.Tensors.Count;
    }
}
