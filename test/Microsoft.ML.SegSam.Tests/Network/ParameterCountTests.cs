using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

/// <summary>Numbers of weights against the published sizes and the method's sums (method, 4.9). Nothing is allocated.</summary>
[TestClass]
public sealed class ParameterCountTests
{
    [TestMethod]
    [DataRow(1024, 89_670_912L)]
    [DataRow(512, 87_278_848L)]
    [DataRow(256, 86_672_640L)]
    [DataRow(128, 86_516_992L)]
    public void The_vit_b_encoder_has_as_many_weights_as_published(int inputSize, long expected) =>
        Assert.AreEqual(expected, Count(VitB(inputSize), "image_encoder."));

    [TestMethod]
    [DataRow(1024, 93_735_472L)]
    [DataRow(256, 90_737_200L)]
    public void Sam_as_a_whole_has_as_many_weights_as_published(int inputSize, long expected) =>
        Assert.AreEqual(expected, Count(VitB(inputSize), "image_encoder.", "prompt_encoder.", "mask_decoder."));

    [TestMethod]
    public void Mobile_sam_has_as_many_weights_as_its_published_file_without_classifier_and_buffers()
    {
        using var network = new SegSamNetwork(SegSamConfig.For(SegSamEncoder.VitT) with { CategoryCount = 8 }, LayerFactory.Meta);
        var statistics = network.ImageEncoder.buffers().Sum(buffer => buffer.numel());
        const int classifier = 2 * 320 + 1000 * 320 + 1000, positionMatrix = 2 * 128;
        var weights = Count(network.Config, "image_encoder.", "prompt_encoder.", "mask_decoder.");
        Assert.AreEqual(10_140_231, weights + statistics + classifier + positionMatrix);
    }

    /// <summary>torchvision's ResNet-18 has 2,782,784 weights up to its third stage, two per channel in norms; here one, a bias.</summary>
    [TestMethod]
    public void The_resnet_has_as_many_weights_as_published_less_one_per_channel()
    {
        var config = SegSamConfig.For(SegSamEncoder.ResNet18) with { CategoryCount = 8 };
        const int channels = 64 + 4 * 64 + 5 * 128 + 5 * 256, neck = 256 * 128 + 9 * 128 * 128 + 4 * 128;
        const int pyramid = (256 + 128 + 64 + 3) * 64 + 3 * (9 * 64 * 64 + 64), fine = (64 + 1) * (32 + 16);
        Assert.AreEqual(2_782_784 - channels + neck + pyramid + fine, Count(config, "image_encoder."));
        Assert.IsLessThan(6_000_000, Count(config, ""), "in half precision below 12 MB");
    }

    [TestMethod]
    [DataRow("prompt_encoder.", 6_220L)]
    [DataRow("mask_decoder.", 4_058_340L)]
    [DataRow("mask_decoder.transformer.", 3_291_264L)]
    [DataRow("mask_decoder.output_upscaling.", 73_952L)]
    [DataRow("mask_decoder.output_hypernetworks_mlps.2.", 139_808L)]
    [DataRow("mask_decoder.iou_prediction_head.", 132_612L)]
    public void Prompt_encoder_and_binary_decoder_have_sams_numbers_of_weights(string part, long expected) =>
        Assert.AreEqual(expected, Count(VitB(256), part));

    [TestMethod]
    public void The_binary_decoder_has_five_tokens() =>
        Assert.AreEqual(5 * 256, Count(VitB(256), "mask_decoder.iou_token.", "mask_decoder.mask_tokens."));

    [TestMethod]
    public void The_position_matrix_is_a_buffer_of_two_rows()
    {
        using var network = new SegSamNetwork(VitB(256), LayerFactory.Meta);
        var (name, matrix) = network.PromptEncoder.named_buffers().Single();
        Assert.AreEqual("pe_layer.positional_encoding_gaussian_matrix", name);
        CollectionAssert.AreEqual(new long[] { 2, 128 }, matrix.shape);
    }

    [TestMethod]
    [DataRow(16, 8, 3_643_273L)]
    [DataRow(32, 219, 3_701_596L)]
    public void The_semantic_decoder_with_its_class_head_has_the_methods_sum(int presenceTokens, int categories, long expected) =>
        Assert.AreEqual(expected, Count(
            VitB(256) with { PresenceTokens = presenceTokens, CategoryCount = categories }, "semantic_decoder.", "class_head."));

    [TestMethod]
    [DataRow(512, 988_416L)]
    [DataRow(768, 1_053_952L)]
    [DataRow(1536, 1_250_560L)]
    public void Text_to_vision_has_the_methods_sum(int textWidth, long expected) =>
        Assert.AreEqual(expected, Count(VitB(256) with { TextWidth = textWidth }, "text_to_vision."));

    [TestMethod]
    public void Sam_med2d_adapters_double_the_encoder_and_more()
    {
        using var network = new SegSamNetwork(VitB(256) with { Adapter = SegSamAdapter.SamMed2D }, LayerFactory.Meta);
        var blocks = ((ImageEncoder)network.ImageEncoder).Blocks;
        var sizes = blocks.Select(block => block.Adapter!.parameters().Sum(weight => weight.numel())).ToArray();
        CollectionAssert.AreEqual(Enumerable.Repeat(15_042_048L, 12).ToArray(), sizes);
        var adapters = network.named_parameters().Where(pair => pair.name.Contains(".Adapter."));
        Assert.AreEqual(180_504_576, adapters.Sum(pair => pair.parameter.numel()));
    }

    [TestMethod]
    public void A_low_rank_update_of_ViT_B_has_12_thousand_parameters_in_each_block()
    {
        using var network = new SegSamNetwork(VitB(256) with { Adapter = SegSamAdapter.LowRank }, LayerFactory.Meta);
        var updates = network.named_parameters().Where(pair => pair.name.Contains(".attn.Adapter."));
        Assert.AreEqual(12 * 2 * 2 * 4 * 768, updates.Sum(pair => pair.parameter.numel()));
    }

    private static SegSamConfig VitB(int inputSize) => SegSamConfig.For(SegSamEncoder.VitB, inputSize) with { CategoryCount = 8 };

    private static long Count(SegSamConfig config, params string[] prefixes)
    {
        using var scope = NewDisposeScope();
        using var network = new SegSamNetwork(config, LayerFactory.Meta);
        return network.named_parameters()
            .Where(pair => prefixes.Any(prefix => pair.name.StartsWith(prefix, StringComparison.Ordinal)))
            .Sum(pair => pair.parameter.numel());
    }
}
