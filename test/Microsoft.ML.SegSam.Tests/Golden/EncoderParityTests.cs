using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>The image encoder against the official figures, stage by stage and part by part.</summary>
[TestClass]
[TestCategory("Golden")]
public sealed class EncoderParityTests
{
    private const string Files = "*_encoder.safetensors", Batch = "_batch";

    public static IEnumerable<object[]> Images => GoldenFolder.Cases(Files, ".neck");

    public static IEnumerable<object[]> Attentions => GoldenFolder.Cases(Files, ".attn");

    public static IEnumerable<object[]> Adapters => GoldenFolder.Cases(Files, ".adapter");

    /// <summary>Every tensor that the file has of an image, or of several as one batch.</summary>
    [TestMethod]
    [DynamicData(nameof(Images))]
    public void Every_stage_agrees(string file, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var golden = GoldenFolder.Open(file);
        foreach (var precision in Precision.Both)
        {
            var model = GoldenModel.Of(file, precision);
            var compare = new Comparison(Group(model), golden, precision);
            var stages = new EncoderStages(model).Run(cat([.. ImagesOf(model, name).Select(model.Input)]));
            foreach (var tensor in golden.Names.Where(tensor => tensor.StartsWith(name + ".", StringComparison.Ordinal)))
            {
                var stage = tensor[(name.Length + 1)..];
                if (stage.EndsWith(Precision.Double.Suffix, StringComparison.Ordinal) != (precision == Precision.Double))
                    continue;
                stage = stage[..^precision.Suffix.Length];
                Assert.IsTrue(stages.ContainsKey(stage), $"{tensor} in {file}: no such stage of the encoder is known here.");
                compare.Check(Describe(stage), $"{name}.{stage}", stages[stage], AllowedOf(stage));
            }
        }
    }

    /// <summary>Attention and MLP each from upstream's own input, so that neither hides behind the other.</summary>
    [TestMethod]
    [DynamicData(nameof(Attentions))]
    public void Attention_and_mlp_of_a_block_agree_apart(string file, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var golden = GoldenFolder.Open(file);
        var model = GoldenModel.Of(file, Precision.Single);
        var stages = new EncoderStages(model);
        var (image, block) = (GoldenModel.ImageOf(name), BlockOf(name));
        var attended = golden.Tensor(name + ".attn");
        new Comparison(Group(model), golden, Precision.Single)
            .Check("block: attention alone", name + ".attn", stages.Attention(block, golden.Tensor(name + ".norm1")), Allowed.Block);

        var input = golden.Tensor(block == 0 ? $"{image}.patch_embed_plus_pos" : $"{image}.block{block - 1}");
        var between = stages.AfterAttention(block, input, attended);
        var expected = golden.Tensor(name).Minus(between);
        if (golden.Has(name + ".adapter"))
            expected = expected.Minus(golden.Tensor(name + ".adapter"));
        Parity.Check(Group(model), "block: MLP alone", Precision.Single, name, expected, stages.Mlp(block, between), Allowed.Block);
    }

    [TestMethod]
    [DynamicData(nameof(Adapters))]
    public void The_adapter_of_a_block_agrees_apart(string file, string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var golden = GoldenFolder.Open(file);
        var model = GoldenModel.Of(file, Precision.Single);
        var actual = new EncoderStages(model).Adapter(BlockOf(name), golden.Tensor(name + ".norm2"));
        new Comparison(Group(model), golden, Precision.Single).Check("block: adapter alone", name + ".adapter", actual, Allowed.Block);
    }

    private static string Group(GoldenModel model) => $"Image encoder, {model.Name}";

    private static int BlockOf(string name) => int.Parse(Regex.Match(name, @"\.block(\d+)$").Groups[1].Value, CultureInfo.InvariantCulture);

    private static string Describe(string stage) => Regex.Replace(stage, @"^block\d+\.?", "block ").TrimEnd();

    private static double AllowedOf(string stage) => stage switch
    {
        "neck" => Allowed.Neck,
        "patch_embed" or "patch_embed_plus_pos" => Allowed.Patches,
        _ => Allowed.Block,
    };

    /// <summary>"A" is one image; "AB_batch" are the images A and B.</summary>
    private static IEnumerable<string> ImagesOf(GoldenModel model, string name)
    {
        if (!name.EndsWith(Batch, StringComparison.Ordinal))
            return [name];
        var known = model.Images.CasesWith(".image_hwc_u8");
        var images = new List<string>();
        for (var rest = name[..^Batch.Length]; rest.Length > 0; rest = rest[images[^1].Length..])
            images.Add(known.Single(image => rest.StartsWith(image, StringComparison.Ordinal)));
        return images;
    }
}
