using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>A network of a few thousand weights whose every part is there: windows that need padding, all token kinds, texts.</summary>
internal static class SmallNetwork
{
    public static SegSamConfig Config { get; } = new()
    {
        InputSize = 64, EncoderWidth = 32, EncoderDepth = 2, EncoderHeads = 2, GlobalBlocks = [1], WindowSize = 3,
        Width = 32, DecoderHeads = 4, DecoderMlpWidth = 64, QualityHeadWidth = 24,
        CategoryCount = 5, PresenceTokens = 6, TextWidth = 24, TextMlpWidth = 48,
    };

    /// <summary>The same with a TinyViT of four stages; at an input of 64 every window needs padding.</summary>
    public static SegSamConfig TinyVit { get; } =
        Config with { Stages = [new(8, 1), new(16, 1, 2, 3), new(24, 2, 3, 5), new(32, 1, 4, 3)] };

    /// <summary>The same with a ResNet, its fine maps, and masks that begin with the prompt's.</summary>
    public static SegSamConfig ResNet { get; } =
        Config with { ResNetStages = [new(8, 1), new(12, 2), new(16, 1)], FineMaps = true, PyramidWidth = 8,
            RefinementDepth = 2, MaskPrior = true };

    /// <summary>Starting weights, and texts that differ.</summary>
    public static SegSamNetwork Create(SegSamConfig config, long seed = 1)
    {
        var network = new SegSamNetwork(config).Initialize(seed);
        using var texts = Normal(seed + 1, network.TextBank.shape);
        network.TextBank.copy_(texts);
        return network;
    }

    /// <summary>Writes the SAM part of a network as SAM's code knows it.</summary>
    public static void SaveAsSam(string path)
    {
        using var network = Create(Config);
        SamWeights.Save(path, network, Preprocessing.Default);
    }

    /// <summary>Standard normal numbers, the same for the same seed.</summary>
    public static Tensor Normal(long seed, params long[] shape)
    {
        using var generator = new Generator((ulong)seed, CPU);
        return randn(shape, generator: generator);
    }

    /// <summary>Fills weights and statistics with numbers far from their starting values; variances stay positive.</summary>
    public static T Randomize<T>(T module, long seed = 1) where T : nn.Module
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (name, value) in module.state_dict().Where(pair => pair.Value.is_floating_point()))
        {
            var numbers = Normal(seed++, value.shape) * 0.5;
            value.copy_(name.EndsWith("running_var", StringComparison.Ordinal) ? numbers.abs() + 0.5 : numbers);
        }

        return module;
    }

    /// <summary>A box for each index, all different.</summary>
    public static PromptTensors Boxes(params long[] imageIndex)
    {
        var boxes = imageIndex.SelectMany((_, i) => new[] { 4f + 3 * i, 6f + 2 * i, 40f + i, 44f + 3 * i }).ToArray();
        return new(tensor(imageIndex), Boxes: tensor(boxes, [imageIndex.Length, 4]));
    }

    public static void AssertClose(Tensor expected, Tensor actual, double within, string? what = null)
    {
        using var scope = NewDisposeScope();
        CollectionAssert.AreEqual(expected.shape, actual.shape, what);
        var difference = expected.numel() == 0 ? 0 : (expected.to(float64) - actual.to(float64)).abs().max().item<double>();
        Assert.IsTrue(difference <= within, $"{what}: largest difference {difference:e2}, allowed {within:e0}."); // NaN fails
    }
}
