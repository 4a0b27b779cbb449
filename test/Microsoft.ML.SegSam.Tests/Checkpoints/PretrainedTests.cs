using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Checkpoints;

[TestClass]
public sealed class PretrainedTests
{
    [TestMethod]
    public void A_network_from_official_names_answers_as_the_one_that_was_saved()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var source = Randomize(Create(PublishedFile.Sam with { TextInsertion = TextInsertion.None }));
        var (config, loaded) = PublishedFile.Use(PublishedFile.SamPart(source), file => Load(file));
        Assert.AreEqual(PublishedFile.Sam.GlobalBlocks.Single(), config.GlobalBlocks.Single());
        Assert.AreEqual((64, 32, 2, 2, 3),
            (config.InputSize, config.EncoderWidth, config.EncoderDepth, config.EncoderHeads, config.WindowSize));
        var image = Normal(5, 1, 3, 64, 64);
        var (expected, found) = (source.Decode(source.Encode(image), Boxes(0, 0)), loaded.Decode(loaded.Encode(image), Boxes(0, 0)));
        Assert.IsTrue(expected.MaskLogits.Equals(found.MaskLogits) && expected.PredictedIoUs.Equals(found.PredictedIoUs));
        loaded.Dispose();
    }

    [TestMethod]
    public void The_semantic_decoder_starts_from_sams_and_its_presence_tokens_differ()
    {
        using var scope = NewDisposeScope();
        using var loaded = PublishedFile.Use(PublishedFile.Weights(PublishedFile.Sam), file => Load(file)).Network;
        var state = loaded.state_dict();
        foreach (var (semantic, sam) in new[]
                 {
                     ("transformer.layers.1.mlp.lin1.weight", "transformer.layers.1.mlp.lin1.weight"),
                         ("output_upscaling.3.bias", "output_upscaling.3.bias"),
                     ("mask_head.layers.2.weight", "output_hypernetworks_mlps.0.layers.2.weight"),
                 })
            Assert.IsTrue(state["semantic_decoder." + semantic].Equals(state["mask_decoder." + sam]), semantic);
        Assert.IsTrue(state["semantic_decoder.object_token.weight"].Equals(state["mask_decoder.mask_tokens.weight"].narrow(0, 0, 1)));
        var tokens = state["semantic_decoder.presence_tokens.weight"];
        Assert.AreEqual(tokens.size(0), tokens.unique(dim: 0).output.size(0));
        foreach (var (name, value) in state)
            Assert.IsTrue(value.isfinite().all().item<bool>(), name);
    }

    [TestMethod]
    public void An_error_while_weights_are_read_comes_as_it_is() => PublishedFile.Use(PublishedFile.Weights(PublishedFile.Sam), file =>
    {
        var pretrained = Pretrained.Recognize(file);
        file.Dispose();
        return Assert.ThrowsExactly<ObjectDisposedException>(() => pretrained.Build(pretrained.Config with { CategoryCount = 1 }, seed: 1));
    });

    [TestMethod]
    public void Only_parts_without_a_loaded_weight_are_initialized()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = new SegSamNetwork(PublishedFile.Sam with { Adapter = SegSamAdapter.Bottleneck });
        var state = network.state_dict();
        var loaded = state.Keys.Where(name => PublishedNames.IsSam(name) && !name.Contains(".Adapter.")).ToList();
        foreach (var value in state.Values)
            value.fill_(double.NaN);
        network.Initialize(1, loaded);
        foreach (var (name, value) in state)
            Assert.AreEqual(loaded.Contains(name), value.isnan().any().item<bool>(), name);
    }

    [TestMethod]
    public void Names_of_transformers_become_the_official_ones()
    {
        var weights = PublishedFile.Weights(PublishedFile.Sam);
        var theirs = weights.ToDictionary(pair => PublishedFile.InTransformers(pair.Key), pair => pair.Value);
        Assert.IsEmpty(theirs.Keys.Intersect(weights.Keys).Where(name => name.Contains("norm") && !name.Contains("layer_norm")));
        const string Copy = "prompt_encoder.shared_embedding.positional_embedding";
        theirs[Copy] = theirs["shared_image_embedding.positional_embedding"];
        PublishedFile.Use(theirs, file =>
        {
            var pretrained = Pretrained.Recognize(file);
            Assert.AreEqual(CheckpointFamily.Sam, pretrained.Family);
            Assert.HasCount(1, pretrained.Unused, "One of the two copies of the position matrix.");
            AssertHolds(pretrained, weights);
            return 0;
        });
    }

    [TestMethod]
    public void MobileSAM_is_recognized_and_its_classifier_passed_over()
    {
        var weights = PublishedFile.Weights(SegSamConfig.For(SegSamEncoder.VitT, 1024) with { CategoryCount = 1 });
        var file = new Dictionary<string, Tensor>(weights)
        {
            ["image_encoder.norm_head.weight"] = ones(320), ["image_encoder.norm_head.bias"] = ones(320),
            ["image_encoder.head.weight"] = ones(10, 320), ["image_encoder.head.bias"] = ones(10),
        };
        PublishedFile.Use(file, opened =>
        {
            var pretrained = Pretrained.Recognize(opened);
            Assert.AreEqual((CheckpointFamily.MobileSam, SegSamEncoder.VitT, 1024, 4),
                (pretrained.Family, pretrained.Encoder, pretrained.Config.InputSize, pretrained.Unused.Count));
            AssertHolds(pretrained, weights);
            return 0;
        });
    }

    [TestMethod]
    public void A_resnet_that_this_library_saved_without_a_description_is_a_SAM()
    {
        var weights = PublishedFile.Weights(SegSamConfig.For(SegSamEncoder.ResNet18) with { CategoryCount = 1 });
        PublishedFile.Use(weights, opened =>
        {
            var pretrained = Pretrained.Recognize(opened);
            Assert.AreEqual((CheckpointFamily.Sam, SegSamEncoder.ResNet18, 256, 128),
                (pretrained.Family, pretrained.Encoder, pretrained.Config.InputSize, pretrained.Config.Width));
            AssertHolds(pretrained, weights);
            return 0;
        });
    }

    [TestMethod]
    public void Of_SAM_HQ_the_SAM_part_is_used_and_the_rest_reported()
    {
        var weights = PublishedFile.Weights(PublishedFile.Sam);
        string[] extra = ["hf_token.weight", "hf_mlp.layers.0.weight", "compress_vit_feat.0.weight", "embedding_encoder.1.bias",
            "embedding_maskfeature.3.weight"];
        var file = weights.Concat(extra.Select(name => KeyValuePair.Create("mask_decoder." + name, ones(2))));
        PublishedFile.Use(file, opened =>
        {
            var pretrained = Pretrained.Recognize(opened);
            Assert.AreEqual(CheckpointFamily.SamHq, pretrained.Family);
            CollectionAssert.AreEquivalent(extra.Select(name => "mask_decoder." + name).ToList(), pretrained.Unused.ToList());
            AssertHolds(pretrained, weights);
            return 0;
        });
    }

    [TestMethod]
    [DataRow("medsam_vit_b.safetensors", CheckpointFamily.MedSam, true)]
    [DataRow("sam_vit_b.safetensors", CheckpointFamily.Sam, false)]
    public void MedSAM_is_told_by_its_files_name_and_answers_with_the_single_mask(string name, CheckpointFamily family, bool singleMask)
    {
        var (found, config) = PublishedFile.Use(PublishedFile.Weights(PublishedFile.Sam), file =>
            (Pretrained.Recognize(file).Family, Pretrained.Recognize(file).Config), name);
        Assert.AreEqual((family, singleMask), (found, config.SingleMask));
        Assert.AreEqual(CheckpointFamily.SamMed2D, PublishedFile.Use(PublishedFile.Weights(PublishedFile.Sam), file =>
            Pretrained.Recognize(file, CheckpointFamily.SamMed2D).Family, name));
    }

    [TestMethod]
    public void A_prefix_that_all_names_share_is_passed_over()
    {
        var weights = PublishedFile.Weights(PublishedFile.Sam);
        PublishedFile.Use(weights.Select(pair => KeyValuePair.Create("module." + pair.Key, pair.Value)), file =>
        {
            AssertHolds(Pretrained.Recognize(file), weights);
            return 0;
        });
    }

    [TestMethod]
    public void Missing_unexpected_misshaped_and_integer_weights_are_told_in_one_message()
    {
        var weights = PublishedFile.Weights(PublishedFile.Sam);
        weights.Remove("image_encoder.blocks.1.mlp.lin2.bias");
        weights["mask_decoder.surprise"] = ones(3);
        weights["image_encoder.neck.3.bias"] = ones(31);
        weights["image_encoder.neck.3.weight"] = ones(32, ScalarType.Int64);
        var failure = Assert.ThrowsExactly<InvalidDataException>(() => PublishedFile.Use(weights, file => Load(file)));
        StringAssert.Contains(failure.Message, "4 places");
        foreach (var part in new[]
                 {
                     "missing: image_encoder.blocks.1.mlp.lin2.bias", "unexpected: mask_decoder.surprise",
                         "shape: image_encoder.neck.3.bias is [31], expected [32]",
                     "type: image_encoder.neck.3.weight holds Int64",
                 })
            StringAssert.Contains(failure.Message, part);
    }

    [TestMethod]
    [DataRow("backbone.layer1.0.conv1.weight")]
    [DataRow("image_encoder.trunk.blocks.0.attn.qkv.weight")]
    public void Weights_of_another_model_are_refused_with_what_is_known(string name)
    {
        var failure = Assert.ThrowsExactly<InvalidDataException>(() =>
            PublishedFile.Use([KeyValuePair.Create(name, ones(3))], file => Load(file)));
        StringAssert.Contains(failure.Message, name);
        StringAssert.Contains(failure.Message, "Supported: SAM, MedSAM, SAM-Med2D, SAM-HQ, MobileSAM");
    }

    [TestMethod]
    [DataRow("image_encoder.pos_embed")]
    [DataRow("image_encoder.blocks.0.attn.rel_pos_h")]
    [DataRow("prompt_encoder.no_mask_embed.weight")]
    [DataRow("mask_decoder.mask_tokens.weight")]
    public void A_weight_that_sizes_are_read_from_is_named_when_it_is_missing_or_flat(string name)
    {
        var weights = PublishedFile.Weights(PublishedFile.Sam);
        weights[name] = ones(5);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => PublishedFile.Use(weights, file => Load(file))).Message,
            name);
        weights.Remove(name);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => PublishedFile.Use(weights, file => Load(file))).Message,
            name);
    }

    [TestMethod]
    public void Half_precision_weights_become_float32()
    {
        using var scope = NewDisposeScope();
        var weights = PublishedFile.Weights(PublishedFile.Sam);
        using var loaded = PublishedFile.Use(weights.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.to(ScalarType.Float16))),
            file => Load(file)).Network;
        var name = "mask_decoder.transformer.layers.0.mlp.lin1.weight";
        Assert.AreEqual(ScalarType.Float32, loaded.state_dict()[name].dtype);
        AssertClose(weights[name], loaded.state_dict()[name], 2e-3);
    }

    [TestMethod]
    public void At_another_input_size_only_positions_change()
    {
        using var scope = NewDisposeScope();
        var weights = PublishedFile.Weights(PublishedFile.Sam);
        using var loaded = PublishedFile.Use(weights, file => Load(file, config => config with { InputSize = 96 })).Network;
        var state = loaded.state_dict();
        CollectionAssert.AreEqual(new long[] { 1, 6, 6, 32 }, state["image_encoder.pos_embed"].shape);
        CollectionAssert.AreEqual(new long[] { 11, 16 }, state["image_encoder.blocks.1.attn.rel_pos_w"].shape);
        foreach (var (name, value) in weights.Where(pair => !pair.Key.EndsWith("pos_embed")
            && !pair.Key.StartsWith("image_encoder.blocks.1.attn.rel_pos")))
            Assert.IsTrue(value.Equals(state[name]), name);
    }

    [TestMethod]
    [DataRow(SegSamAdapter.Bottleneck)]
    [DataRow(SegSamAdapter.LowRank)]
    public void Adapters_that_the_checkpoint_lacks_start_so_that_the_answer_stays(SegSamAdapter adapter)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var weights = PublishedFile.Weights(PublishedFile.Sam);
        using var plain = PublishedFile.Use(weights, file => Load(file)).Network;
        using var adapted = PublishedFile.Use(weights, file => Load(file, config => config with { Adapter = adapter })).Network;
        var image = Normal(5, 1, 3, 64, 64);
        AssertClose(plain.Encode(image), adapted.Encode(image), 0);
    }

    [TestMethod]
    [TestCategory("Golden")]
    public void SAM_Med2D_is_recognized_by_its_adapters_and_its_optimizer_passed_over()
    {
        const string Form = "_with_optimizer.pth";
        (string Pickle, string Reference) none = ("*" + Form, "");
        var twin = GoldenWeights.Twins.FirstOrDefault(twin => twin.Pickle.EndsWith(Form, StringComparison.Ordinal), none);
        using var file = CheckpointFile.Open(GoldenFolder.Require(twin.Pickle));
        var expected = GoldenFolder.Open(twin.Reference);
        var pretrained = Pretrained.Recognize(file);
        Assert.AreEqual((CheckpointFamily.SamMed2D, SegSamAdapter.SamMed2D, true),
            (pretrained.Family, pretrained.Config.Adapter, pretrained.Config.SigmoidMaskPrompt));
        using var scope = NewDisposeScope();
        AssertHolds(pretrained, expected.Names.ToDictionary(name => name, expected.Tensor));
    }

    [TestMethod]
    [DataRow(SegSamAdapter.Bottleneck)]
    [DataRow(SegSamAdapter.LowRank)]
    [DataRow(SegSamAdapter.SamMed2D)]
    public void Adapters_are_recognized_with_their_sizes(SegSamAdapter adapter)
    {
        var config = PublishedFile.Sam with { Adapter = adapter, AdapterRank = 3, AdapterRatio = 0.5 };
        var weights = PublishedFile.Weights(config);
        PublishedFile.Use(weights, file =>
        {
            var pretrained = Pretrained.Recognize(file);
            Assert.AreEqual(adapter, pretrained.Config.Adapter);
            AssertHolds(pretrained, weights);
            return 0;
        });
    }

    private static (SegSamConfig Config, SegSamNetwork Network) Load(CheckpointFile file, Func<SegSamConfig, SegSamConfig>? change = null)
    {
        var pretrained = Pretrained.Recognize(file);
        var config = pretrained.Config with { CategoryCount = 2, TextInsertion = TextInsertion.None };
        return (pretrained.Config, pretrained.Build(change?.Invoke(config) ?? config, seed: 1));
    }

    private static void AssertHolds(Pretrained pretrained, Dictionary<string, Tensor> weights)
    {
        using var network = pretrained.Build(pretrained.Config with { CategoryCount = 1 }, seed: 1);
        var state = network.state_dict();
        foreach (var (name, value) in weights)
            Assert.IsTrue(value.Equals(state[name]), name);
    }
}
