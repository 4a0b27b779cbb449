using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Fused;
using Microsoft.ML.SegSam.Network.Fused.Encoders;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>The fused forms against the official figures: in float32 as near as the layers, in bfloat16 with the same masks.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class FusedParityTests
{
    private const string EncoderFiles = "*_encoder.safetensors", DecoderFiles = "*_decoder.safetensors";
    private const double LeastIoU = 0.995, MostScore = 0.01, HalvesEmbedding = 0.02; // the last relative to the norm

    public static IEnumerable<object[]> Images => GoldenFolder.Cases(EncoderFiles, ".neck");

    public static IEnumerable<object[]> Models => GoldenFolder.Cases(DecoderFiles, ".multi.low_res").Select(item => item[0]).Distinct()
        .Select(file => new[] { file });

    public static IEnumerable<object[]> Prompts => GoldenFolder.Cases(DecoderFiles, ".multi.low_res");

    [TestMethod]
    [DynamicData(nameof(Images))]
    public void Embeddings_agree(string file, string name)
    {
        FusedKernels.Need(halves: false);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var model = GoldenModel.Of(file, Precision.Single);
        if (!FusedEncoder.Exists(model.Config) || !model.Images.Has(name + ".image_hwc_u8"))
            return; // the layers compute it; or several images at once, which are cases of their own too
        var golden = GoldenFolder.Open(file);
        var expected = golden.Tensor(name + ".neck");
        using var network = Network(model);
        foreach (var halves in FusedKernels.Precisions)
        {
            using var fused = new FusedEncoder(network, halves);
            var found = tensor(fused.Encode(model.Input(name)), expected.shape);
            if (halves)
                Assert.IsLessThan(HalvesEmbedding, (found - expected).norm().item<float>() / expected.norm().item<float>(), name);
            else
                new Comparison(Group(model), golden, Precision.Single).Check("embedding", name + ".neck", found, Allowed.Neck);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Prompts))]
    public void Masks_and_quality_agree(string file, string name)
    {
        FusedKernels.Need(halves: false);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var model = GoldenModel.Of(file, Precision.Single);
        var (masks, ious) = Decode(model, [name], halves: false)[0];
        var (check, multi) = (new Comparison(Group(model), GoldenFolder.Open(file), Precision.Single), model.Config.MultimaskOutputs);
        check.Check("mask logits", $"{name}.multi.low_res", masks.narrow(1, 1, multi), Allowed.Logits(model));
        check.Check("mask logits", $"{name}.single.low_res", masks.narrow(1, 0, 1), Allowed.Logits(model));
        check.Check("predicted IoU", $"{name}.multi.iou", ious.narrow(1, 1, multi), Allowed.Quality);
        check.Check("predicted IoU", $"{name}.single.iou", ious.narrow(1, 0, 1), Allowed.Quality);
    }

    /// <summary>These networks have random weights, whose logits are near 0 in more pixels than a trained network's.</summary>
    [TestMethod]
    [DynamicData(nameof(Models))]
    public void In_bfloat16_masks_and_scores_are_nearly_the_same(string file)
    {
        FusedKernels.Need(halves: true);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var (model, golden) = (GoldenModel.Of(file, Precision.Single), GoldenFolder.Open(file));
        List<string> names = [.. golden.CasesWith(".multi.low_res")];
        var (overlaps, scores) = (new List<float>(), new List<float>());
        foreach (var (name, (masks, ious)) in names.Zip(Decode(model, names, halves: true)))
        {
            var multi = model.Config.MultimaskOutputs;
            overlaps.Add(MeanIoU(golden.Tensor($"{name}.multi.low_res"), masks.narrow(1, 1, multi)));
            scores.Add(ious.narrow(1, 1, multi).Minus(golden.Tensor($"{name}.multi.iou")).abs().mean().item<float>());
        }

        Assert.IsGreaterThanOrEqualTo(LeastIoU, overlaps.Average(), "mean IoU of the masks");
        Assert.IsLessThan(MostScore, scores.Average(), "mean difference of the predicted IoU");
    }

    private static List<(Tensor Masks, Tensor PredictedIoUs)> Decode(GoldenModel model, IEnumerable<string> names, bool halves)
    {
        using var network = Network(model);
        using var fused = new FusedDecoders(network, halves) { AreUsed = true };
        var embeddings = GoldenFolder.Open($"{model.Family}_encoder.safetensors");
        return [.. names.Select(name => network.Decode(embeddings.Tensor($"{GoldenModel.ImageOf(name)}.neck"), model.Prompt(name)))
            .Select(output => (output.MaskLogits, output.PredictedIoUs))];
    }

    private static SegSamNetwork Network(GoldenModel model)
    {
        var network = model.NewNetwork();
        network.eval();
        return network;
    }

    // An empty mask that is found empty counts 1.
    private static float MeanIoU(Tensor expected, Tensor found)
    {
        var (truth, mask) = (expected.gt(0).flatten(2), found.gt(0).flatten(2));
        var (overlap, union) = (truth.logical_and(mask).sum(dim: -1), truth.logical_or(mask).sum(dim: -1));
        return overlap.Plus(1e-6).div(union.Plus(1e-6)).mean().item<float>();
    }

    private static string Group(GoldenModel model) => $"Fused forms, {model.Name}";
}
