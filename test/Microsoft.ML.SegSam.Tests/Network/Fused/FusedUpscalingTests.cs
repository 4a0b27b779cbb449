using Microsoft.ML.SegSam.Kernels;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Fused;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network.Fused;

/// <summary>The fused form against the module, which is the truth.</summary>
[TestClass]
public sealed class FusedUpscalingTests
{
    /// <summary>Config, prompts, side of the map, images with fine maps (0: none).</summary>
    public static IEnumerable<object[]> Cases =>
    [
        [SegSamConfig.For(SegSamEncoder.VitB), 2, 16, 0], [SegSamConfig.For(SegSamEncoder.VitB), 1, 64, 0],
        [SegSamConfig.For(SegSamEncoder.ResNet18), 3, 16, 1], [SegSamConfig.For(SegSamEncoder.ResNet18), 2, 20, 2],
        [SmallNetwork.Config, 3, 4, 0], [SmallNetwork.Config, 1, 1, 1], [SmallNetwork.Config, 2, 11, 2],
        [SmallNetwork.Config with { RefinementDepth = 3 }, 2, 1, 0],
        [SmallNetwork.Config with { Width = 24, RefinementDepth = 1 }, 3, 17, 1],
    ];

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void It_computes_what_the_module_computes(object config, int prompts, int side, int images)
    {
        FusedKernels.Need(halves: false);
        Check<float, Singles>((SegSamConfig)config, prompts, side, images, 1e-5);
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void In_bfloat16_it_does_so_nearly(object config, int prompts, int side, int images)
    {
        FusedKernels.Need(halves: true);
        Check<ushort, Halves>((SegSamConfig)config, prompts, side, images, 0.02);
    }

    private static void Check<T, TNumbers>(SegSamConfig config, int prompts, int side, int images, double within)
        where T : unmanaged
        where TNumbers : INumbers<T>
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var module = SmallNetwork.Randomize(new Upscaling(LayerFactory.Default, config));
        using var fused = new FusedUpscaling<T, TNumbers>(module, config);
        var pixels = SmallNetwork.Normal(5, prompts, side * side, config.Width);
        var fine = images == 0 ? null : new FineMaps(
            SmallNetwork.Normal(6, images, 4 * side * side, config.Width / 4),
            SmallNetwork.Normal(7, images, 16 * side * side, config.Width / 8));
        foreach (var prior in (Tensor?[])[null, 4 * SmallNetwork.Normal(8, prompts, 1, 4 * side, 4 * side)])
        {
            var expected = module.call(pixels, new(fine, prior));
            foreach (var threads in (int[])[1, 2, 8])
            {
                using var few = new OneThread();
                set_num_threads(threads);
                var found = fused.Compute(pixels, new(fine, prior)).flatten(1, 2);
                CollectionAssert.AreEqual(expected.shape, found.shape);
                Assert.IsLessThan(within, ((found - expected).norm() / expected.norm()).item<float>());
            }
        }
    }
}
