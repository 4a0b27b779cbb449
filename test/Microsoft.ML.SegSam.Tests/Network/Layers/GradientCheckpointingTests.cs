using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Training.Optimization;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Layers;

[TestClass]
public sealed class GradientCheckpointingTests
{
    [TestMethod]
    [DataRow(SegSamAdapter.None, false, false, false)]
    [DataRow(SegSamAdapter.None, false, true, false)]
    [DataRow(SegSamAdapter.None, false, true, true)]
    [DataRow(SegSamAdapter.SamMed2D, true, false, false)]
    [DataRow(SegSamAdapter.SamMed2D, true, true, true)]
    [DataRow(SegSamAdapter.LowRank, true, false, false)]
    public void Outputs_and_gradients_are_the_same_bit_for_bit(SegSamAdapter adapter, bool adaptersAlone, bool bfloat16, bool keepsCasts)
    {
        using var scope = NewDisposeScope();
        using var encoder = Encoder(adapter, adaptersAlone);
        using var weights = new TrainedWeights(
            [.. encoder.parameters().Where(weight => weight.requires_grad)], keepsCasts ? encoder.OfProducts() : null);
        using var expected = new Gradients(weights);
        using var found = new Gradients(weights);
        var plain = Pass(encoder, expected, bfloat16);
        encoder.UsesGradientCheckpointing = true;
        var again = Pass(encoder, found, bfloat16);
        Assert.IsTrue(plain.Equals(again));
        for (var i = 0; i < weights.Weights.Count; i++)
            Assert.IsTrue(expected.Of(i).Single().Equals(found.Of(i).Single()), $"weight {i}");
    }

    [TestMethod]
    public void Nothing_is_left_of_a_hundred_passes_whatever_the_thread()
    {
        using var encoder = Encoder(SegSamAdapter.None, adaptersAlone: false);
        encoder.UsesGradientCheckpointing = true;
        using var weights = new TrainedWeights([.. encoder.parameters()]);
        Parallel.For(0, 2, new() { MaxDegreeOfParallelism = 2 }, _ =>
        {
            using var gradients = new Gradients(weights);
            Repeat(gradients, 1);
            var before = LiveTensors.Count;
            Repeat(gradients, 50);
            Assert.AreEqual(before, LiveTensors.Count);
        });

        void Repeat(Gradients gradients, int times)
        {
            for (var i = 0; i < times; i++)
            {
                using var scope = NewDisposeScope();
                Pass(encoder, gradients, bfloat16: false);
                gradients.Clear();
            }
        }
    }

    private static ImageEncoder Encoder(SegSamAdapter adapter, bool adaptersAlone)
    {
        var encoder = Randomize(new ImageEncoder(LayerFactory.Default, (Config with { Adapter = adapter }).ForEncoder()));
        foreach (var (name, weight) in encoder.named_parameters())
            weight.requires_grad = !adaptersAlone || name.Contains(".Adapter.", StringComparison.Ordinal);
        return encoder;
    }

    private static Tensor Pass(ImageEncoder encoder, Gradients gradients, bool bfloat16)
    {
        using var precision = MixedPrecision.Use(bfloat16);
        var output = encoder.call(Normal(1, 2, 3, 64, 64));
        using (MixedPrecision.Use(false)) // as in training, where the mode ends with the forward pass
            gradients.Add(output.square().mean());
        return output;
    }
}
