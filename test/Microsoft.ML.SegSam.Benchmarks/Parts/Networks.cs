using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>Networks of the real sizes with random weights, and what to ask them.</summary>
internal static class Networks
{
    public const int Categories = 20;

    public static SegSamConfig Config(SegSamEncoder encoder, int size, SegSamAdapter adapter = SegSamAdapter.None) =>
        SegSamConfig.For(encoder, size) with { Adapter = adapter, CategoryCount = Categories };

    /// <summary>A decoder of SAM's width without the work of an encoder.</summary>
    public static SegSamConfig DecoderOnly(int size, int categories = Categories) =>
        Config(SegSamEncoder.VitB, size) with { EncoderDepth = 1, GlobalBlocks = [], CategoryCount = categories };

    /// <summary>In evaluation mode; what starts from zeros gets numbers too, so that comparisons see it.</summary>
    public static SegSamNetwork Create(SegSamConfig config)
    {
        TorchNatives.EnsureLoaded();
        using var noGrad = no_grad();
        using var generator = new Generator(2, CPU);
        var network = new SegSamNetwork(config).Initialize(1);
        network.TextBank.normal_(generator: generator);
        foreach (var (name, value) in network.named_parameters())
        {
            if (name.Contains("rel_pos", StringComparison.Ordinal) || name.Contains("attention_biases", StringComparison.Ordinal))
                value.normal_(0, 0.02, generator);
        }

        network.eval();
        return network;
    }

    public static SegSamTransformer Transformer(SegSamConfig config, int batchSize)
    {
        string[] names = [.. Enumerable.Range(1, config.CategoryCount).Select(i => $"category {i}")];
        var options = Options(batchSize);
        var description = new ModelDescription(options, config, names, Preprocessing.Default, ModelDescription.PromptsOf(options, false));
        return new(new(description, Create(config), new TorchDevice(CPU), UsesBFloat16(config)));
    }

    /// <summary>Whether the library itself would compute this encoder's products in bfloat16 here.</summary>
    public static bool UsesBFloat16(SegSamConfig config)
    {
        TorchNatives.EnsureLoaded();
        return PrecisionChoice.Gains(config, new TorchDevice(CPU));
    }

    /// <summary>A square image that fills the network's input.</summary>
    public static NetworkImage Image(int size)
    {
        using var picture = SliceRow.Picture(1, size);
        return NetworkImage.From(PixelImage.From(picture), size, Preprocessing.Default);
    }

    public static Tensor Images(int count, int size) => Normal(3, count, 3, size, size);

    /// <summary>Standard normal numbers, the same for the same seed.</summary>
    public static Tensor Normal(ulong seed, params long[] shape)
    {
        using var generator = new Generator(seed, CPU);
        return randn(shape, generator: generator);
    }

    /// <summary>So many boxes about one image.</summary>
    public static PromptTensors Boxes(int count, int size) => new(zeros(count, ScalarType.Int64), Boxes: tensor(
        [.. Enumerable.Range(0, count).SelectMany(i => Box(i, size))], [count, 4]));

    /// <summary>A box for each number, all different, in pixels of an image of this side.</summary>
    public static float[] Box(int number, int side)
    {
        float x = side * (number % 7) / 16f, y = side * (number % 5) / 12f;
        return [x, y, x + side * (0.2f + number % 3 * 0.1f), y + side * (0.2f + number % 11 * 0.03f)];
    }

    /// <summary>The largest difference of two tensors' numbers.</summary>
    public static double Difference(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return a.Minus(b).abs().max().item<float>();
    }

    private static SegSamOptions Options(int batchSize) => new()
    {
        BoxColumnName = nameof(SliceRow.Box),
        BatchSize = batchSize,
        OutputLowResLogits = true,
        Epochs = 0,
        Checkpoint = "random.safetensors",
    };
}
