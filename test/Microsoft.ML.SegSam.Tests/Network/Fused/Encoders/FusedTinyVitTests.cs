using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Fused.Encoders;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Fused.Encoders;

/// <summary>The fused form against the module, which is the truth.</summary>
[TestClass]
public sealed class FusedTinyVitTests
{
    public static IEnumerable<object[]> Networks =>
    [
        [SmallNetwork.TinyVit],
        [SmallNetwork.TinyVit with { InputSize = 112 }],
        [SmallNetwork.TinyVit with { InputSize = 16 }],
        [SmallNetwork.TinyVit with { Stages = [new(12, 2), new(20, 1, 5, 4), new(14, 1, 7, 2), new(22, 1, 11, 6)], InputSize = 96 }],
        [SegSamConfig.For(SegSamEncoder.VitT, 256) with { CategoryCount = 3 }],
        [SegSamConfig.For(SegSamEncoder.VitT, 320) with { CategoryCount = 3 }],
    ];

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void It_computes_what_the_module_computes(object config)
    {
        FusedKernels.Need(halves: false);
        Assert.IsLessThan(1e-5, Difference((SegSamConfig)config, halves: false));
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void In_bfloat16_it_does_so_nearly(object config)
    {
        FusedKernels.Need(halves: true);
        Assert.IsLessThan(0.03, Difference((SegSamConfig)config, halves: true));
    }

    [TestMethod]
    [DataRow(false), DataRow(true)]
    public void An_embedding_depends_neither_on_threads_nor_on_callers(bool halves)
    {
        FusedKernels.Need(halves);
        using var scope = NewDisposeScope();
        using var network = Create(SegSamConfig.For(SegSamEncoder.VitT, 128) with { CategoryCount = 3 });
        using var fused = new FusedEncoder(network, halves);
        Tensor[] images = [SmallNetwork.Normal(3, 1, 3, 128, 128), SmallNetwork.Normal(4, 1, 3, 128, 128)];
        using var oneThread = new OneThread();
        var expected = images.Select(fused.Encode).ToArray();
        foreach (var threads in (int[])[2, 8])
        {
            set_num_threads(threads);
            for (var i = 0; i < 2; i++)
                CollectionAssert.AreEqual(expected[i], fused.Encode(images[i]), $"{threads} threads");
        }

        Parallel.For(0, 12, i => CollectionAssert.AreEqual(expected[i % 2], fused.Encode(images[i % 2])));
    }

    private static double Difference(SegSamConfig config, bool halves)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var network = Create(config);
        using var fused = new FusedEncoder(network, halves);
        var image = SmallNetwork.Normal(2, 1, 3, config.InputSize, config.InputSize);
        var expected = network.Encode(image).flatten();
        return ((tensor(fused.Encode(image)) - expected).norm() / expected.norm()).item<float>();
    }

    // Statistics and biases far from their starting values; products that keep the scale of what they read.
    private static SegSamNetwork Create(SegSamConfig config)
    {
        using var noGrad = no_grad();
        var network = SmallNetwork.Create(config);
        var seed = 10;
        foreach (var (name, value) in network.ImageEncoder.state_dict().Where(pair => pair.Value.is_floating_point()))
        {
            using var numbers = SmallNetwork.Normal(seed++, value.shape);
            if (name.EndsWith("running_var", StringComparison.Ordinal)
                || value.dim() == 1 && name.EndsWith("weight", StringComparison.Ordinal))
            {
                value.copy_(numbers.mul_(0.2).abs_().add_(0.5));
            }
            else if (value.dim() == 1 || name.EndsWith("biases", StringComparison.Ordinal))
                value.copy_(numbers.mul_(0.3));
        }

        network.eval();
        return network;
    }
}
