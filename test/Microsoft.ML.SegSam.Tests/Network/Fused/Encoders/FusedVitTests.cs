using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Fused.Encoders;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Fused.Encoders;

/// <summary>The fused form against the module, which is the truth.</summary>
[TestClass]
public sealed class FusedVitTests
{
    private static readonly SegSamConfig Small = SmallNetwork.Config;
    private static readonly SegSamConfig Tiny = SegSamConfig.For(SegSamEncoder.Tiny, 128) with { CategoryCount = 3 };

    public static IEnumerable<object[]> Networks =>
    [
        [Small],
        [Small with { InputSize = 16 }],
        [Small with { InputSize = 112, EncoderWidth = 60, EncoderHeads = 6, EncoderDepth = 3, WindowSize = 5 }],
        [Small with { InputSize = 96, EncoderWidth = 36, EncoderHeads = 1, EncoderMlpRatio = 9, WindowSize = 14 }],
        [Small with { InputSize = 272, EncoderWidth = 28, GlobalBlocks = [0], WindowSize = 16 }],
        [Small with { InputSize = 400, EncoderWidth = 16, GlobalBlocks = [], WindowSize = 20 }],
        [Small with { InputSize = 528, EncoderWidth = 16, GlobalBlocks = [0, 1] }],
        [Small with { Adapter = SegSamAdapter.Bottleneck }],
        [Small with { Adapter = SegSamAdapter.LowRank }],
        [Small with { Adapter = SegSamAdapter.SamMed2D }],
        [Small with { Adapter = SegSamAdapter.SamMed2D, InputSize = 32, EncoderWidth = 136, AdapterRatio = 0.1 }],
        [Small with { Adapter = SegSamAdapter.SamMed2D, InputSize = 288, EncoderWidth = 72 }],
        [SegSamConfig.For(SegSamEncoder.VitB, 256) with
            { CategoryCount = 3, EncoderDepth = 2, GlobalBlocks = [1], Adapter = SegSamAdapter.SamMed2D }],
        [Tiny],
        [SegSamConfig.For(SegSamEncoder.VitB, 256) with { CategoryCount = 3, EncoderDepth = 2, GlobalBlocks = [1] }],
        [SegSamConfig.For(SegSamEncoder.VitH, 320) with { CategoryCount = 3, EncoderDepth = 2, GlobalBlocks = [1] }],
    ];

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void It_computes_what_the_module_computes(object config)
    {
        FusedKernels.Need(halves: false);
        using var scope = NewDisposeScope();
        using var network = Create((SegSamConfig)config);
        using var fused = new FusedEncoder(network, halves: false);
        var image = Image(2, network);
        Assert.IsLessThan(1e-5, Difference(Module(network, image), tensor(fused.Encode(image))));
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void In_bfloat16_it_differs_from_float32_no_more_than_the_module(object config)
    {
        FusedKernels.Need(halves: true);
        using var scope = NewDisposeScope();
        using var network = Create((SegSamConfig)config);
        using var fused = new FusedEncoder(network, halves: true);
        var image = Image(2, network);
        var expected = Module(network, image);
        using var precision = MixedPrecision.Use(true);
        Assert.IsLessThan(Difference(expected, Module(network, image)), Difference(expected, tensor(fused.Encode(image))));
    }

    [TestMethod]
    [DataRow(false, SegSamAdapter.None), DataRow(true, SegSamAdapter.None)]
    [DataRow(false, SegSamAdapter.SamMed2D), DataRow(true, SegSamAdapter.SamMed2D)]
    public void An_embedding_depends_neither_on_threads_nor_on_callers(bool halves, SegSamAdapter adapter)
    {
        FusedKernels.Need(halves);
        using var scope = NewDisposeScope();
        using var network = Create(Tiny with { InputSize = 224, Adapter = adapter });
        using var fused = new FusedEncoder(network, halves);
        Tensor[] images = [Image(3, network), Image(4, network)];
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

    // Scores whose exponentials leave float32's range, and a largest one that comes late.
    [TestMethod]
    [DataRow(false), DataRow(true)]
    public void Attention_may_be_as_sharp_as_it_likes(bool halves)
    {
        FusedKernels.Need(halves);
        using var scope = NewDisposeScope();
        using var network = Create(Small with { InputSize = 528, GlobalBlocks = [0, 1] });
        using (no_grad())
        {
            foreach (var block in (string[])["blocks.0", "blocks.1"])
                network.ImageEncoder.state_dict()[block + ".attn.qkv.weight"].mul_(20);
        }

        using var fused = new FusedEncoder(network, halves);
        var image = Image(5, network);
        var expected = Module(network, image);
        using var precision = MixedPrecision.Use(halves);
        var allowed = halves ? 1.5 * Difference(expected, Module(network, image)) : 1e-4; // both round scores of hundreds, each its way
        Assert.IsLessThan(allowed, Difference(expected, tensor(fused.Encode(image))));
    }

    private static double Difference(Tensor expected, Tensor found) => ((found - expected).norm() / expected.norm()).item<float>();

    private static Tensor Module(SegSamNetwork network, Tensor image)
    {
        using var noGrad = no_grad();
        return network.Encode(image).flatten();
    }

    private static Tensor Image(long seed, SegSamNetwork network) =>
        SmallNetwork.Normal(seed, 1, 3, network.Config.InputSize, network.Config.InputSize);

    // Norms and biases far from their starting values, and positions and adapters that are not zero.
    private static SegSamNetwork Create(SegSamConfig config)
    {
        using var noGrad = no_grad();
        var network = SmallNetwork.Create(config);
        var seed = 10;
        foreach (var (name, value) in network.ImageEncoder.state_dict())
        {
            using var numbers = SmallNetwork.Normal(seed++, value.shape);
            if (value.dim() == 1 && name.EndsWith("weight", StringComparison.Ordinal))
                value.copy_(numbers.mul_(0.2).abs_().add_(0.5));
            else if (value.dim() == 1 || name.Contains("pos", StringComparison.Ordinal) || name.Contains("up", StringComparison.Ordinal))
                value.copy_(numbers.mul_(0.3));
        }

        network.eval();
        return network;
    }
}
