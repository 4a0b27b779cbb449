using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Training.Optimization;

[TestClass]
public sealed class GradientsTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("vit", SegSamAdapter.None)]
    [DataRow("vit", SegSamAdapter.SamMed2D)]
    [DataRow("vit", SegSamAdapter.LowRank)]
    [DataRow("tiny-vit", SegSamAdapter.None)]
    [DataRow("res-net", SegSamAdapter.None)]
    public void Copies_that_are_kept_take_the_gradients_that_casts_would_pass_on(string encoder, SegSamAdapter adapter)
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(encoder switch
        {
            "tiny-vit" => SmallNetwork.TinyVit,
            "res-net" => SmallNetwork.ResNet,
            _ => SmallNetwork.Config with { Adapter = adapter },
        });
        Parameter[] weights = [.. network.ImageEncoder.parameters()];
        var (cast, _) = Of(network, weights, keepsCopies: false);
        var (kept, copies) = Of(network, weights, keepsCopies: true);
        Assert.IsGreaterThan(5, copies);
        var different = network.ImageEncoder.named_parameters().Where((_, i) => !cast[i].Equals(kept[i])).Select(weight => weight.name);
        Assert.AreEqual("", string.Join(' ', different));
    }

    [TestMethod]
    public void A_sum_of_several_is_kept_in_float32()
    {
        using var scope = NewDisposeScope();
        Parameter[] weights = [new(ones(2, 2))];
        using var trained = new TrainedWeights(weights, weights);
        using var gradients = new Gradients(trained);
        gradients.Add((trained.Casts[0]! * 256).sum());
        Assert.AreEqual(ScalarType.BFloat16, gradients.Of(0).Single().dtype);
        gradients.Add(trained.Casts[0]!.sum()); // 257 is no number of bfloat16
        SmallNetwork.AssertClose(full([2, 2], 257f), gradients.Of(0).Single(), 0);
        gradients.Clear();
        Assert.IsEmpty(gradients.Of(0));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Losses_of_200_steps_go_as_with_casts_in_the_graph_and_the_optimizer_of_libtorch(int seed)
    {
        const int steps = 200;
        var (kept, cast) = (Losses(seed, steps, keepsCopies: true), Losses(seed, steps, keepsCopies: false));
        var difference = kept.Zip(cast, (a, b) => Math.Abs(a - b) / b).ToArray();
        TestContext.WriteLine($"{kept[0]:0.0000} to {kept[^1]:0.0000}, differ by {difference.Average():0.00000} on average, "
            + $"{difference.Max():0.00000} at most");
        Assert.IsLessThan(0.5 * kept[0], kept[^1], "It learns.");
        Assert.IsLessThan(1e-3, difference.Average());
        Assert.IsLessThan(1e-2, difference.Max());
    }

    // An encoder that learns to tell four images apart, in bfloat16.
    private static float[] Losses(int seed, int steps, bool keepsCopies)
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(SmallNetwork.Config with { Adapter = SegSamAdapter.SamMed2D });
        var (images, target) = (SmallNetwork.Normal(seed, 4, 3, network.Config.InputSize, network.Config.InputSize),
            SmallNetwork.Normal(10 + seed, 4, network.Config.EmbeddingWidth, network.Config.Grid, network.Config.Grid));
        using var trained = new TrainedWeights(
            [.. network.ImageEncoder.parameters()], keepsCopies ? network.ImageEncoder.OfProducts() : null);
        using var gradients = new Gradients(trained);
        using var optimizer = new AdamWOptimizer(
            trained, null, keepsCopies ? new VectorAdamW(0.01, 1, threads: 2) : new TorchAdamW(0.01, 1));
        return [.. Enumerable.Range(0, steps).Select(_ => Step())];

        float Step()
        {
            using var inner = NewDisposeScope();
            Tensor loss;
            using (MixedPrecision.Use(true))
                loss = (network.Encode(images) - target).square().mean();
            gradients.Add(loss);
            optimizer.Step([gradients], 2e-3);
            gradients.Clear();
            return loss.item<float>();
        }
    }

    // The sums of each weight's gradients in float32, and how many were found at copies.
    private static (Tensor[] Gradients, int Copies) Of(SegSamNetwork network, Parameter[] weights, bool keepsCopies)
    {
        using var trained = new TrainedWeights(weights, keepsCopies ? network.ImageEncoder.OfProducts() : null);
        using var gradients = new Gradients(trained);
        Tensor loss;
        using (MixedPrecision.Use(true))
            loss = network.Encode(SmallNetwork.Normal(1, 2, 3, network.Config.InputSize, network.Config.InputSize)).square().mean();
        gradients.Add(loss);
        var found = weights.Select((_, i) => gradients.Of(i).ToArray()).ToArray();
        return ([.. found.Select(parts => parts.Aggregate(zeros_like(parts[0], ScalarType.Float32), (sum, part) => sum + part))],
            found.Sum(parts => parts.Count(part => part.dtype == ScalarType.BFloat16)));
    }
}
