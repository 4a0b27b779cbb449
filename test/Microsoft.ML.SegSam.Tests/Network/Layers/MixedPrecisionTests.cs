using Microsoft.ML.SegSam.Network;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

[TestClass]
public sealed class MixedPrecisionTests
{
    [TestMethod]
    [DataRow(false, ClassHead.Mlp, SegSamAdapter.None)]
    [DataRow(false, ClassHead.TextSimilarity, SegSamAdapter.Bottleneck)]
    [DataRow(false, ClassHead.Mlp, SegSamAdapter.SamMed2D)]
    [DataRow(false, ClassHead.Mlp, SegSamAdapter.LowRank)]
    [DataRow(true, ClassHead.Mlp, SegSamAdapter.None)]
    public void Answers_are_float32_near_those_in_full_and_the_gradients_too(bool tinyVit, ClassHead head, SegSamAdapter adapter)
    {
        using var scope = NewDisposeScope();
        using var network = Create((tinyVit ? TinyVit : Config) with { ClassHead = head, Adapter = adapter });
        var (full, lowered) = (Pass(network, lowered: false), Pass(network, lowered: true));
        foreach (var (i, (expected, found)) in full.Zip(lowered).Index())
        {
            Assert.AreEqual(ScalarType.Float32, found.dtype);
            var difference = ((expected - found).norm() / expected.norm()).item<float>();
            var message = $"{Names[i]} {difference}: none, and it was not lowered; much, and it went wrong.";
            Assert.IsGreaterThan(1e-6f, difference, message);
            if (Names[i] != Gradient)
                Assert.IsLessThan(0.05f, difference, message);
            else // rounding throws the switches of ReLU, and with them whole parts of a gradient: its direction is what training needs
                Assert.IsGreaterThan(0.99f, ((expected * found).sum() / expected.norm() / found.norm()).item<float>(), message);
        }
    }

    [TestMethod]
    public void The_mode_is_the_threads_own_and_ends()
    {
        using (MixedPrecision.Use(true))
        {
            Assert.IsTrue(MixedPrecision.IsLowered);
            var other = new Thread(() => Assert.IsFalse(MixedPrecision.IsLowered));
            other.Start();
            other.Join();
            using (MixedPrecision.Use(false))
                Assert.IsFalse(MixedPrecision.IsLowered);
            Assert.IsTrue(MixedPrecision.IsLowered);
        }

        Assert.IsFalse(MixedPrecision.IsLowered);
    }

    private const string Gradient = "gradient";
    private static readonly string[] Names = ["embedding", "mask logits", "quality", "semantic logits", "class logits", "presence logits", Gradient];

    // Embedding, answers, and the gradient of all weights in one row.
    private static List<Tensor> Pass(SegSamNetwork network, bool lowered)
    {
        using var precision = MixedPrecision.Use(lowered);
        var visual = network.Encode(Normal(1, 2, 3, 64, 64));
        var output = network.Decode(visual, Boxes(0, 1, 1) with { MaskLogits = Normal(2, 3, 1, 16, 16) });
        Tensor[] answers = [output.MaskLogits, output.Quality, output.SemanticLogits, output.ClassLogits, output.PresenceLogits];
        var loss = answers.Select(answer => answer.square().mean()).Aggregate((a, b) => a + b);
        var gradients = autograd.grad([loss], [.. network.parameters().Where(weight => weight.requires_grad)], allow_unused: true);
        Assert.IsTrue(gradients.All(gradient => gradient.IsInvalid || gradient.dtype == ScalarType.Float32));
        return [visual, .. answers, cat([.. gradients.Where(gradient => !gradient.IsInvalid).Select(gradient => gradient.flatten())])];
    }
}
