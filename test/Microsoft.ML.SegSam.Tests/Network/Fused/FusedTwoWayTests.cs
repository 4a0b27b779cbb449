using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Fused;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Fused;

/// <summary>The fused form against the module, which is the truth.</summary>
[TestClass]
public sealed class FusedTwoWayTests
{
    private static readonly SegSamConfig Sam = SegSamConfig.For(SegSamEncoder.VitB), Small = SegSamConfig.For(SegSamEncoder.ResNet18);

    /// <summary>Config, prompts, tokens, pixels of a map.</summary>
    public static IEnumerable<object[]> Cases =>
    [
        [Sam, 1, 7, 4096], [Sam, 3, 20, 576], [Small, 5, 9, 256], [Small, 2, 24, 1024], [SmallNetwork.Config, 4, 11, 16],
        [SmallNetwork.Config, 2, 1, 1], [SmallNetwork.Config with { DecoderDepth = 1 }, 1, 5, 577],
        [SmallNetwork.Config with { DecoderDepth = 3, DecoderHeads = 16 }, 2, 6, 100],
    ];

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void It_computes_what_the_module_computes(object config, int prompts, int tokens, int pixels)
    {
        FusedKernels.Need(halves: false);
        Check<float, Singles>((SegSamConfig)config, prompts, tokens, pixels, 1e-5);
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void In_bfloat16_it_does_so_nearly(object config, int prompts, int tokens, int pixels)
    {
        FusedKernels.Need(halves: true);
        Check<ushort, Halves>((SegSamConfig)config, prompts, tokens, pixels, 0.02);
    }

    [TestMethod]
    public void An_answer_depends_neither_on_threads_nor_on_callers_nor_on_other_prompts()
    {
        FusedKernels.Need(halves: false);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var module = Module(Sam);
        using var fused = new FusedTwoWay<float, Singles>(module, Sam);
        var (keys, positions, tokens) = Inputs(Sam, 9, 8, 700, isShared: false);
        using var oneThread = new OneThread();
        var expected = fused.Compute(keys, positions, tokens);
        foreach (var threads in (int[])[2, 8])
        {
            set_num_threads(threads);
            AssertSame(fused.Compute(keys, positions, tokens));
        }

        for (var prompt = 0; prompt < 9; prompt++)
        {
            var alone = fused.Compute(keys.narrow(0, prompt, 1), positions, tokens.narrow(0, prompt, 1));
            Assert.IsTrue(expected.Tokens[prompt].unsqueeze(0).Equals(alone.Tokens), $"tokens of prompt {prompt}");
            Assert.IsTrue(expected.Map[prompt].unsqueeze(0).Equals(alone.Map), $"map of prompt {prompt}");
        }

        Parallel.For(0, 8, _ =>
        {
            using var own = NewDisposeScope();
            AssertSame(fused.Compute(keys, positions, tokens));
        });

        void AssertSame((Tensor Tokens, Tensor Map) found) =>
            Assert.IsTrue(expected.Tokens.Equals(found.Tokens) && expected.Map.Equals(found.Map));
    }

    [TestMethod]
    public void It_is_for_predictions_alone_and_gone_once_it_is_disposed_of()
    {
        FusedKernels.Need(halves: false);
        using var scope = NewDisposeScope();
        using var network = SmallNetwork.Create(SmallNetwork.Config);
        var transformers = network.modules().OfType<TwoWayTransformer>().ToList();
        Assert.HasCount(2, transformers);
        using (var fused = new FusedDecoders(network, halves: false) { AreUsed = true })
        {
            var (keys, positions, tokens) = Inputs(SmallNetwork.Config, 2, 5, 16, isShared: true);
            var (learned, _) = transformers[0].call(keys, positions, tokens);
            Assert.IsTrue(learned.requires_grad, "in training the layers compute");
            Assert.IsTrue(transformers.TrueForAll(transformer => transformer.Fused is not null));
        }

        Assert.IsTrue(transformers.TrueForAll(transformer => transformer.Fused is null));
    }

    private static void Check<T, TNumbers>(SegSamConfig config, int prompts, int tokens, int pixels, double within)
        where T : unmanaged
        where TNumbers : INumbers<T>
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var module = Module(config);
        using var fused = new FusedTwoWay<T, TNumbers>(module, config);
        foreach (var isShared in (bool[])[true, false])
        {
            var (keys, positions, own) = Inputs(config, prompts, tokens, pixels, isShared);
            var (expected, found) = (module.call(keys, positions, own), fused.Compute(keys, positions, own));
            Assert.IsLessThan(within, Difference(expected.Tokens, found.Tokens), "tokens");
            Assert.IsLessThan(within, Difference(expected.Map, found.Map), "map");
        }
    }

    private static double Difference(Tensor expected, Tensor found)
    {
        CollectionAssert.AreEqual(expected.shape, found.shape);
        return ((found - expected).norm() / expected.norm()).item<float>();
    }

    // Scores that differ: weights larger than those that training starts from.
    private static TwoWayTransformer Module(SegSamConfig config)
    {
        using var noGrad = no_grad();
        var module = new TwoWayTransformer(LayerFactory.Default, config);
        using var generator = new Generator(1, CPU);
        foreach (var layer in module.modules().OfType<IInitialized>())
            layer.Initialize(generator);
        foreach (var (name, weight) in module.named_parameters())
        {
            using var numbers = SmallNetwork.Normal(name.Length, weight.shape);
            if (weight.dim() == 1)
                weight.add_(numbers * 0.2);
            else
                weight.mul_(2);
        }

        module.eval();
        return module;
    }

    private static (Tensor Keys, Tensor Positions, Tensor Tokens) Inputs(
        SegSamConfig config, int prompts, int tokens, int pixels, bool isShared) =>
        (SmallNetwork.Normal(5, isShared ? 1 : prompts, pixels, config.Width), SmallNetwork.Normal(6, 1, pixels, config.Width),
            SmallNetwork.Normal(7, prompts, tokens, config.Width));
}
