using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>The binary decoder, from upstream's embedding: without texts it is SAM's (method, 11.2).</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class DecoderParityTests
{
    private const string Files = "*_decoder.safetensors", SecondRound = "second_round";

    public static IEnumerable<object[]> Prompts => GoldenFolder.Cases(Files, ".multi.low_res");

    public static IEnumerable<object[]> SecondRounds => GoldenFolder.Cases(Files, SecondRound + ".low_res");

    [TestMethod]
    [DynamicData(nameof(Prompts))]
    public void Masks_and_quality_agree_with_multimask_on_and_off(string file, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var precision in Precision.Both)
        {
            var model = GoldenModel.Of(file, precision);
            using var stages = new DecoderStages(model.Network.BinaryDecoder);
            var output = model.Network.Decode(Neck(model, name), model.Prompt(name));
            var multi = model.Config.MultimaskOutputs;
            var check = Compare(model, file);
            check.Check("mask logits, multimask on", $"{name}.multi.low_res", output.MaskLogits.narrow(1, 1, multi), Allowed.Logits(model));
            check.Check("predicted IoU, multimask on", $"{name}.multi.iou", output.PredictedIoUs.narrow(1, 1, multi), Allowed.Quality);
            check.Check("mask logits, multimask off", $"{name}.single.low_res", output.MaskLogits.narrow(1, 0, 1), Allowed.Logits(model));
            check.Check("predicted IoU, multimask off", $"{name}.single.iou", output.PredictedIoUs.narrow(1, 0, 1), Allowed.Quality);
            check.Check("transformer, tokens", $"{name}.transformer_queries", stages.Tokens!, Allowed.Block);
            check.Check("transformer, map", $"{name}.transformer_keys", stages.Map!, Allowed.Block);
            check.Check("upscaled map", $"{name}.upscaled_embedding", stages.Upscaled!, Allowed.Block);
        }
    }

    /// <summary>SAM-Med2D's second round: the sigmoid of a mask of the first one is the prompt, together with clicks.</summary>
    [TestMethod]
    [DynamicData(nameof(SecondRounds))]
    public void A_second_round_from_the_first_ones_mask_agrees(string file, string prefix)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var golden = GoldenFolder.Open(file);
        var model = GoldenModel.Of(file, Precision.Single);
        var round = prefix + SecondRound;
        var prompt = golden.Tensor(round + ".mask_inputs");

        // The file does not say which case went before: its best mask is the prompt.
        var (first, error) = golden.CasesWith(".multi.low_res").Where(name => golden.Shape(name + ".multi.low_res")[0] == prompt.size(0))
            .Select(name => (name, Error: Best(name).sigmoid().Minus(prompt).abs().max().item<float>()))
            .MinBy(candidate => candidate.Error);
        Assert.IsLessThan(Allowed.Prompt, error, $"No case's best mask is the prompt of {round}; {first} comes nearest.");

        PromptTensors given = new(zeros(prompt.size(0), int64),
            golden.Tensor(round + ".point_coords"), golden.Tensor(round + ".point_labels").to(float32), MaskLogits: prompt);
        var output = model.Network.Decode(Neck(model, first), given);
        var multi = model.Config.MultimaskOutputs;
        var check = Compare(model, file);
        check.Check("mask logits, second round", round + ".low_res", output.MaskLogits.narrow(1, 1, multi), Allowed.Logits(model));
        check.Check("predicted IoU, second round", round + ".iou", output.PredictedIoUs.narrow(1, 1, multi), Allowed.Quality);

        // The library's own way: logits go in, and a network of SAM-Med2D's family takes their sigmoid.
        using var network = model.NewNetwork(model.Config with { SigmoidMaskPrompt = true });
        var again = network.Decode(Neck(model, first), given with { MaskLogits = Best(first) });
        var fromLogits = again.MaskLogits.narrow(1, 1, multi);
        check.Check("mask logits, second round from logits", round + ".low_res", fromLogits, Allowed.Logits(model));

        Tensor Best(string name) =>
            new SegSamOutput(Padded(name, "low_res"), Padded(name, "iou"), prompt, prompt, prompt, SingleMask: false).BestMask().Logits;

        Tensor Padded(string name, string what) => cat([golden.Tensor($"{name}.single.{what}"), golden.Tensor($"{name}.multi.{what}")], 1);
    }

    private static Tensor Neck(GoldenModel model, string name) =>
        GoldenFolder.Open($"{model.Family}_encoder.safetensors").Tensor($"{GoldenModel.ImageOf(name)}.neck{model.Precision.Suffix}");

    private static Comparison Compare(GoldenModel model, string file) =>
        new($"Mask decoder, {model.Name}", GoldenFolder.Open(file), model.Precision);
}
