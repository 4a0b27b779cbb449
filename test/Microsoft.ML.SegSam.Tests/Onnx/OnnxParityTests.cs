using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Onnx;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Onnx;

/// <summary>ONNX Runtime computes of the exported models what TorchSharp computes of the network.</summary>
[TestClass]
public sealed class OnnxParityTests
{
    private const double Tolerance = 1e-4;

    private static readonly Dictionary<string, SegSamConfig> Networks = new()
    {
        ["vit"] = SmallNetwork.Config,
        ["vit, even windows"] = SmallNetwork.Config with { WindowSize = 4 },
        ["vit, windows beyond the map"] = SmallNetwork.Config with { WindowSize = 7 },
        ["vit, many tokens"] = SmallNetwork.Config with { InputSize = 512 },
        ["bottleneck adapter"] = SmallNetwork.Config with { Adapter = SegSamAdapter.Bottleneck },
        ["SAM-Med2D's adapter"] = SmallNetwork.Config with { Adapter = SegSamAdapter.SamMed2D },
        ["low rank"] = SmallNetwork.Config with { Adapter = SegSamAdapter.LowRank },
        ["TinyViT"] = SmallNetwork.TinyVit,
        ["ResNet"] = SmallNetwork.ResNet,
        ["ResNet, coarse"] = SmallNetwork.ResNet with { FineMaps = false, RefinementDepth = 0, MaskPrior = false },
        ["refinement without prior"] = SmallNetwork.ResNet with { MaskPrior = false },
        ["shared decoding"] = SmallNetwork.ResNet with { SemanticDecoding = SemanticDecoding.Shared },
        ["single mask"] = SmallNetwork.Config with { SingleMask = true },
        ["multimask for a point"] = SmallNetwork.Config with { MultimaskForPoint = true },
        ["probabilities as mask prompt"] = SmallNetwork.Config with { SigmoidMaskPrompt = true },
        ["text in the semantic decoder"] = SmallNetwork.Config with { TextInsertion = TextInsertion.SemanticOnly },
        ["without text"] = SmallNetwork.Config with { TextInsertion = TextInsertion.None },
        ["text and prompt"] = SmallNetwork.Config with { TextConditioning = TextConditioning.ImageAndPrompt },
        ["scaled text"] = SmallNetwork.Config with { TextLayerScale = 0.3 },
        ["text similarity"] = SmallNetwork.Config with { ClassHead = ClassHead.TextSimilarity },
    };

    public static IEnumerable<object[]> NetworksAndPrecisions =>
        Networks.Keys.SelectMany(name => new object[][] { [name, false], [name, true] });

    [TestMethod]
    [DynamicData(nameof(NetworksAndPrecisions))]
    public void Embeddings_masks_and_scores_are_those_of_the_network(string name, bool half)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var config = Networks[name];
        using var network = Create(config, half);
        var models = new OnnxModels(network, ResizeRule.LongestSide, half);
        var image = SmallNetwork.Normal(5, 1, 3, config.InputSize, config.InputSize);
        var embedding = network.Encode(image);
        using var encoder = new OnnxSession(models.Encoder());
        var found = encoder.Run((OnnxModels.Image, image))[OnnxModels.Embeddings];
        SmallNetwork.AssertClose(embedding, found, Tolerance * Scale(embedding), "embedding");
        var ofTwo = encoder.Run((OnnxModels.Image, cat([image, -image])))[OnnxModels.Embeddings];
        SmallNetwork.AssertClose(found, ofTwo[..1], 1e-5, "batch of two");

        using var decoder = new OnnxSession(models.Decoder());
        foreach (var (kind, prompts) in PromptsOf(config))
        {
            var output = network.Decode(embedding, prompts);
            var results = decoder.Run([(OnnxModels.Embeddings, embedding), .. OnnxSession.Inputs(prompts, config)]);
            Compare(output, results, config, kind);
            SmallNetwork.AssertClose(output.MaskLogits, results[OnnxModels.Candidates], Tolerance * Scale(output.MaskLogits), kind);
            var ious = output.PredictedIoUs;
            SmallNetwork.AssertClose(ious, results[OnnxModels.CandidateIoUs], Tolerance * Scale(ious), kind);
        }
    }

    [TestMethod]
    [DataRow("vit")]
    [DataRow("ResNet")]
    public void The_whole_model_answers_boxes(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var config = Networks[name];
        using var network = Create(config, half: false);
        var image = SmallNetwork.Normal(5, 1, 3, config.InputSize, config.InputSize);
        var prompts = PromptsOf(config)["boxes"];
        using var whole = new OnnxSession(new OnnxModels(network, ResizeRule.Stretch, halfPrecision: false).Whole());
        var results = whole.Run((OnnxModels.Image, image), (OnnxModels.Boxes, prompts.Boxes!));
        Compare(network.Decode(network.Encode(image), prompts), results, config, name);
    }

    [TestMethod]
    [DataRow(ResizeRule.LongestSide, 37, 90)]
    [DataRow(ResizeRule.LongestSide, 200, 33)]
    [DataRow(ResizeRule.LongestSide, 64, 64)]
    [DataRow(ResizeRule.LongestSide, 300, 1)]
    [DataRow(ResizeRule.PadOrStretch, 20, 33)]
    [DataRow(ResizeRule.PadOrStretch, 63, 100)]
    [DataRow(ResizeRule.PadOrStretch, 64, 10)]
    [DataRow(ResizeRule.Stretch, 20, 33)]
    [DataRow(ResizeRule.Stretch, 200, 100)]
    public void Masks_have_the_size_of_the_image(ResizeRule rule, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var config = SmallNetwork.Config;
        using var network = Create(config, half: false);
        var embedding = network.Encode(SmallNetwork.Normal(5, 1, 3, config.InputSize, config.InputSize));
        using var decoder = new OnnxSession(new OnnxModels(network, rule, halfPrecision: false).Decoder());
        var results = decoder.Run(
            [(OnnxModels.Embeddings, embedding), .. OnnxSession.Inputs(PromptsOf(config)["boxes"], config, (height, width))]);
        var geometry = ImageGeometry.For(height, width, config.InputSize, rule);
        foreach (var (lowRes, full) in ((string, string)[])
            [(OnnxModels.LowResMasks, OnnxModels.Masks), (OnnxModels.LowResSemanticMasks, OnnxModels.SemanticMasks)])
        {
            for (var i = 0; i < 3; i++)
            {
                var expected = MaskGeometry.ToOriginalLogits(results[lowRes][i].data<float>().ToArray(), config.MaskSide, geometry);
                SmallNetwork.AssertClose(tensor(expected, [1, height, width]), results[full][i], Tolerance, $"{full} {i}");
            }
        }
    }

    [TestMethod]
    public void Texts_can_be_given_anew()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var config = Networks["text similarity"];
        using var network = Create(config, half: false);
        var (image, prompts) = (SmallNetwork.Normal(5, 1, 3, 64, 64), PromptsOf(config)["boxes"]);
        using var decoder = new OnnxSession(new OnnxModels(network, ResizeRule.Stretch, halfPrecision: false).Decoder());
        var embedding = network.Encode(image);
        var others = SmallNetwork.Normal(77, config.CategoryCount, config.TextWidth);
        var before = network.Decode(embedding, prompts);
        network.TextBank.copy_(others);
        var after = network.Decode(embedding, prompts);
        Assert.IsGreaterThan(0.1, (before.ClassLogits - after.ClassLogits).abs().max().item<float>());
        var results = decoder.Run(
            [(OnnxModels.Embeddings, embedding), .. OnnxSession.Inputs(prompts, config), (OnnxModels.TextBank, others)]);
        Compare(after, results, config, "other texts");
    }

    private static void Compare(SegSamOutput expected, Dictionary<string, Tensor> found, SegSamConfig config, string what)
    {
        var (best, iou) = expected.BestMask();
        Close(best, OnnxModels.LowResMasks);
        Close(iou.unsqueeze(1), OnnxModels.PredictedIoUs);
        Close(expected.SemanticLogits, OnnxModels.LowResSemanticMasks);
        Close(expected.ClassLogits.narrow(-1, 0, config.CategoryCount).softmax(-1), OnnxModels.ClassScores);
        Close(expected.PresenceScores(), OnnxModels.PresenceScores);

        void Close(Tensor values, string name) =>
            SmallNetwork.AssertClose(values, found[name], Tolerance * Scale(values), $"{what}: {name}");
    }

    // Tolerances are for numbers about 1.
    private static double Scale(Tensor values) => Math.Max(1, values.abs().max().item<float>());

    private static SegSamNetwork Create(SegSamConfig config, bool half)
    {
        var network = SmallNetwork.Create(config);
        network.eval();
        using var scope = NewDisposeScope();
        foreach (var weight in network.state_dict().Values.Where(weight => weight.is_floating_point()))
        {
            // Parts that start at zero must show too.
            if (weight.abs().max().item<float>() == 0 || weight.numel() < 8)
                weight.add_(SmallNetwork.Normal(weight.numel(), weight.shape) * 0.1);
            if (half)
                weight.copy_(weight.to(ScalarType.Float16));
        }

        return network;
    }

    private static Dictionary<string, PromptTensors> PromptsOf(SegSamConfig config)
    {
        var images = zeros([3], ScalarType.Int64);
        var boxes = SmallNetwork.Boxes(0, 0, 0).Boxes!;
        var points = SmallNetwork.Normal(8, 3, 3, 2).abs() * 20 + 3;
        var labels = tensor(new float[] { 1, 0, 1, 1, 1, 0, 0, 0, 0 }, [3, 3]);
        var mask = SmallNetwork.Normal(9, 3, 1, config.MaskSide, config.MaskSide) * 6;
        var all = new Dictionary<string, PromptTensors>
        {
            ["boxes"] = new(images, Boxes: boxes),
            ["a point"] = new(images, points[.., ..1], labels[.., ..1]),
            ["points"] = new(images, points, labels),
            ["points and boxes"] = new(images, points, labels, boxes),
            ["points and masks"] = new(images, points, labels, MaskLogits: mask),
            ["boxes and masks"] = new(images, Boxes: boxes, MaskLogits: mask),
            ["one box"] = new(images[..1], Boxes: boxes[..1]),
        };
        if (config.TextConditioning == TextConditioning.Image)
            all["masks"] = new(images, MaskLogits: mask);
        return all;
    }
}
