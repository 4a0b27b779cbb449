using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Tests.Golden;
using static Microsoft.ML.SegSam.Tests.Network.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

/// <summary>Prompt encoder and binary decoder against the official SAM: without texts the binary decoder is SAM's (method, 11.2).</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class GoldenDecoderTests
{
    public static IEnumerable<object[]> Cases => GoldenSam.Cases.Select(name => new object[] { name });

    [TestMethod]
    public void No_golden_case_is_left_out() => CollectionAssert.AreEquivalent(
        SafetensorsFile.Golden("sam_decoder.safetensors").CasesWith(".multi.low_res").ToArray(), GoldenSam.Cases.ToArray());

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Prompts_are_encoded_as_sam_does(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var file = SafetensorsFile.Golden("sam_prompt.safetensors");
        foreach (var (dtype, suffix, within) in new[] { (ScalarType.Float64, "_f64", 1e-8), (ScalarType.Float32, "", 1e-5) })
        {
            using var sam = new GoldenSam(dtype);
            var (sparse, dense) = sam.Network.PromptEncoder.call(sam.Prompt(name));
            AssertClose(file.Tensor($"{name}.sparse{suffix}"), sparse, within, $"sparse{suffix}");
            if (file.Has($"{name}.dense{suffix}"))
                AssertClose(file.Tensor($"{name}.dense{suffix}"), dense, within, $"dense{suffix}");
        }
    }

    [TestMethod]
    public void The_position_code_of_the_map_is_sams()
    {
        using var scope = NewDisposeScope();
        using var sam = new GoldenSam(ScalarType.Float32);
        AssertClose(SafetensorsFile.Golden("sam_prompt.safetensors").Tensor("dense_pe"), sam.Network.PromptEncoder.DensePositions(), 1e-5);
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Masks_and_quality_agree_with_sam_in_float64(string name) => Check(name, ScalarType.Float64, "_f64", 1e-8, 1e-8);

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Masks_and_quality_agree_with_sam_in_float32(string name) => Check(name, ScalarType.Float32, "", 4e-4, 2e-5);

    [TestMethod]
    public void The_decoders_last_norm_agrees_on_small_signals()
    {
        using var scope = NewDisposeScope();
        using var sam = new GoldenSam(ScalarType.Float64);
        var file = SafetensorsFile.Golden("sam_units.safetensors");
        var norm = (LayerNorm)sam.Network.BinaryDecoder.named_modules().Single(pair => pair.name == "transformer.norm_final_attn").module;
        AssertClose(file.Tensor("decoder_norm_final.out_f64"), norm.call(file.Tensor("decoder_norm_final.in").to(float64)), 1e-8);
    }

    [TestMethod]
    public void Channel_norm_agrees_on_small_signals()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var file = SafetensorsFile.Golden("sam_units.safetensors");
        using var norm = new Layers(CPU, ScalarType.Float64).LayerNorm2d(file.Shape("layernorm2d.weight")[0], GoldenConfig.Read("sam_tiny").EncoderEpsilon);
        norm.get_parameter("weight")!.copy_(file.Tensor("layernorm2d.weight"));
        norm.get_parameter("bias")!.copy_(file.Tensor("layernorm2d.bias"));
        AssertClose(file.Tensor("layernorm2d.out_f64"), norm.call(file.Tensor("layernorm2d.in").to(float64)), 1e-8);
    }

    private static void Check(string name, ScalarType dtype, string suffix, double logitsWithin, double qualityWithin)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var sam = new GoldenSam(dtype);
        var visual = SafetensorsFile.Golden("sam_encoder.safetensors").Tensor($"{name[0]}.neck{suffix}");
        var output = sam.Network.Decode(visual, sam.Prompt(name));
        var expected = SafetensorsFile.Golden("sam_decoder.safetensors");
        var multi = sam.Network.Config.MultimaskOutputs;
        AssertClose(expected.Tensor($"{name}.multi.low_res{suffix}"), output.MaskLogits.narrow(1, 1, multi), logitsWithin, "three masks");
        AssertClose(expected.Tensor($"{name}.multi.iou{suffix}"), output.Quality.narrow(1, 1, multi), qualityWithin, "their quality");
        AssertClose(expected.Tensor($"{name}.single.iou{suffix}"), output.Quality.narrow(1, 0, 1), qualityWithin, "quality of the single mask");
        if (expected.Has($"{name}.single.low_res{suffix}")) // left out in float64
            AssertClose(expected.Tensor($"{name}.single.low_res{suffix}"), output.MaskLogits.narrow(1, 0, 1), logitsWithin, "single mask");
    }
}
