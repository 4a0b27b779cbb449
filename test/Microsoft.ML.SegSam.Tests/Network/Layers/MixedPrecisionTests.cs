using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Layers;

[TestClass]
public sealed class MixedPrecisionTests
{
    [TestMethod]
    [DataRow(nameof(Config), ClassHead.Mlp, SegSamAdapter.None)]
    [DataRow(nameof(Config), ClassHead.TextSimilarity, SegSamAdapter.Bottleneck)]
    [DataRow(nameof(Config), ClassHead.Mlp, SegSamAdapter.SamMed2D)]
    [DataRow(nameof(Config), ClassHead.Mlp, SegSamAdapter.LowRank)]
    [DataRow(nameof(TinyVit), ClassHead.Mlp, SegSamAdapter.None)]
    [DataRow(nameof(ResNet), ClassHead.Mlp, SegSamAdapter.None)]
    public void Predictions_are_float32_near_those_of_float32_and_the_gradients_too(string name, ClassHead head, SegSamAdapter adapter)
    {
        using var scope = NewDisposeScope();
        var config = name == nameof(TinyVit) ? TinyVit : name == nameof(ResNet) ? ResNet : Config;
        using var network = Create(config with { ClassHead = head, Adapter = adapter });
        var (float32, bfloat16) = (Pass(network, bfloat16: false), Pass(network, bfloat16: true));
        foreach (var (i, (expected, found)) in float32.Zip(bfloat16).Index())
        {
            Assert.AreEqual(ScalarType.Float32, found.dtype);
            var difference = ((expected - found).norm() / expected.norm()).item<float>();
            var message = $"{Names[i]} {difference}: none, and it was not in bfloat16; much, and it went wrong.";
            Assert.IsGreaterThan(1e-6f, difference, message);
            if (Names[i] != Gradient)
                Assert.IsLessThan(0.05f, difference, message);
            else // rounding throws switches of ReLU, and with them parts of one input's gradient: training needs its direction over several
                Assert.IsGreaterThan(0.99f, ((expected * found).sum() / expected.norm() / found.norm()).item<float>(), message);
        }
    }

    [TestMethod]
    public void The_mode_is_the_threads_own_and_ends()
    {
        using (MixedPrecision.Use(true))
        {
            Assert.IsTrue(MixedPrecision.IsBFloat16);
            var other = new Thread(() => Assert.IsFalse(MixedPrecision.IsBFloat16));
            other.Start();
            other.Join();
            using (MixedPrecision.Use(false))
                Assert.IsFalse(MixedPrecision.IsBFloat16);
            Assert.IsTrue(MixedPrecision.IsBFloat16);
        }

        Assert.IsFalse(MixedPrecision.IsBFloat16);
    }

    private const string Gradient = "gradient";
    private static readonly string[] Names =
        ["embedding", "mask logits", "predicted IoU", "semantic logits", "class logits", "presence logits", Gradient];

    // Embeddings and predictions of several inputs, and the gradient of all weights over them in one row.
    private static List<Tensor> Pass(SegSamNetwork network, bool bfloat16)
    {
        using var precision = MixedPrecision.Use(bfloat16);
        var passes = Enumerable.Range(1, 4).Select(seed => Pass(network, seed)).ToList();
        return [.. Names.Select((name, i) =>
        {
            var stacked = stack([.. passes.Select(pass => pass[i])]);
            return name == Gradient ? stacked.sum(dim: 0) : stacked;
        })];
    }

    private static List<Tensor> Pass(SegSamNetwork network, long seed)
    {
        var visual = network.Encode(Normal(seed, 2, 3, 64, 64));
        var output = network.Decode(visual, Boxes(0, 1, 1) with { MaskLogits = Normal(2, 3, 1, 16, 16) });
        Tensor[] predictions = [output.MaskLogits, output.PredictedIoUs, output.SemanticLogits, output.ClassLogits, output.PresenceLogits];
        var loss = predictions.Select(prediction => prediction.square().mean()).Aggregate((a, b) => a + b);
        var gradients = autograd.grad([loss], [.. network.parameters().Where(weight => weight.requires_grad)], allow_unused: true);
        Assert.IsTrue(gradients.All(gradient => gradient.IsInvalid || gradient.dtype == ScalarType.Float32));
        return [visual, .. predictions, cat([.. gradients.Where(gradient => !gradient.IsInvalid).Select(gradient => gradient.flatten())])];
    }
}
