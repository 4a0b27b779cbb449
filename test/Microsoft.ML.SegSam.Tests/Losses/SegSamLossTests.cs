using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Network;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Losses;

/// <summary>The weighted sum, and which part teaches which weights (method, 5.5 and 11.6).</summary>
[TestClass]
public sealed class SegSamLossTests
{
    private static readonly LossWeights Weights = new(Category: 0.1, Presence: 0.1, Alignment: 0.5, PixelLoss.Focal);

    [TestMethod]
    [DataRow("binary.", "semantic_decoder.", "class_head.")]
    [DataRow("semantic.", "mask_decoder.")]
    [DataRow("presence", "mask_decoder.")]
    public void A_decoder_learns_nothing_from_the_other_decoders_losses(string parts, params string[] untouched)
    {
        using var scope = NewDisposeScope();
        using var network = Create(Config);
        var result = new SegSamLoss(Weights).Compute(Answer(network), Targets());
        result.Parts.Where(part => part.Name.StartsWith(parts, StringComparison.Ordinal)).Select(part => part.Value)
            .Aggregate((a, b) => a + b).backward();
        var touched = network.named_parameters()
            .Where(pair => pair.parameter.grad is { } gradient && gradient.abs().sum().item<float>() > 0)
            .Select(pair => pair.name).ToList();
        Assert.IsEmpty(touched.Where(name => untouched.Any(part => name.StartsWith(part, StringComparison.Ordinal))));
        Assert.Contains(name => name.StartsWith(parts == "binary." ? "mask_decoder." : "semantic_decoder.", StringComparison.Ordinal),
            touched);
        Assert.Contains(name => name.StartsWith("image_encoder.", StringComparison.Ordinal), touched);
        Assert.Contains(name => name.StartsWith("text_to_vision.", StringComparison.Ordinal), touched);
    }

    [TestMethod]
    public void In_a_shared_decoder_masks_and_categories_pull_at_the_same_weights()
    {
        using var scope = NewDisposeScope();
        using var network = Create(Config with { SemanticDecoding = SemanticDecoding.Shared });
        Assert.IsEmpty(network.named_parameters()
            .Where(pair => pair.name.StartsWith("semantic_decoder.transformer", StringComparison.Ordinal)));
        foreach (var part in new[] { "binary.dice", "semantic.dice", "semantic.class", "presence" })
        {
            network.zero_grad();
            new SegSamLoss(Weights).Compute(Answer(network), Targets()).Parts.Single(one => one.Name == part).Value.backward();
            Assert.IsGreaterThan(0f, network.get_parameter("mask_decoder.transformer.layers.0.mlp.lin1.weight")!.grad!
                .abs().sum().item<float>(), part);
        }
    }

    [TestMethod]
    public void Without_names_presence_and_alignment_SAMs_decoder_alone_is_taught()
    {
        using var scope = NewDisposeScope();
        using var network = Create(Config);
        var result = new SegSamLoss(new(0, 0, 0, PixelLoss.Focal)).Compute(Answer(network), Targets());
        double Part(string name) => result.Parts.Single(part => part.Name == name).Value.item<float>();
        Assert.AreEqual(MaskLoss.FocalWeight * Part("binary.pixels") + Part("binary.dice") + Part("binary.iou"),
            result.Total.item<float>(), 1e-5);
        Assert.IsGreaterThan(0, Part("semantic.dice"), "It is still told.");
        result.Total.backward();
        Assert.IsEmpty(network.named_parameters().Where(pair => pair.parameter.grad is not null
            && (pair.name.StartsWith("semantic_decoder.", StringComparison.Ordinal)
                || pair.name.StartsWith("class_head.", StringComparison.Ordinal))));
    }

    [TestMethod]
    public void The_alignment_teaches_both_decoders()
    {
        using var scope = NewDisposeScope();
        using var network = Create(Config);
        new SegSamLoss(Weights).Compute(Answer(network), Targets()).Parts.Single(part => part.Name == "alignment").Value.backward();
        foreach (var name in new[] { "mask_decoder.output_upscaling.0.weight", "semantic_decoder.output_upscaling.0.weight" })
            Assert.IsGreaterThan(0f, network.get_parameter(name)!.grad!.abs().sum().item<float>(), name);
    }

    [TestMethod]
    [DataRow(false, 20)]
    [DataRow(true, 1)]
    public void The_total_is_the_sum_of_the_parts_at_their_weights(bool crossEntropy, double pixels)
    {
        using var scope = NewDisposeScope();
        using var network = Create(Config);
        var result = new SegSamLoss(new(Category: 2, Presence: 3, Alignment: 5, Pixels(crossEntropy)))
            .Compute(Answer(network), Targets());
        var part = result.Parts.ToDictionary(part => part.Name, part => part.Value.item<float>());
        var expected = pixels * part["binary.pixels"] + part["binary.dice"] + part["binary.iou"] + pixels * part["semantic.pixels"]
            + part["semantic.dice"]
            + 2 * part["semantic.class"] + 3 * part["presence"] + 5 * part["alignment"];
        Assert.AreEqual(expected, result.Total.item<float>(), 1e-4);
        Assert.IsTrue(part.Values.All(value => value > 0), "No part is idle here.");
    }

    [TestMethod]
    public void Pixels_of_both_masks_are_compared_by_the_loss_that_was_asked_for()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Create(Config);
        var (output, targets) = (Answer(network), Targets());
        var part = new SegSamLoss(Weights with { Pixels = PixelLoss.CrossEntropy }).Compute(output, targets).Parts
            .ToDictionary(part => part.Name, part => part.Value);
        var semantic = nn.functional.interpolate(
            output.SemanticLogits, targets.Masks.shape[2..], mode: InterpolationMode.Bilinear, align_corners: false);
        AssertClose(MaskLoss.CrossEntropy(semantic, targets.Masks).mean(), part["semantic.pixels"], 1e-6);
        Assert.IsGreaterThan(0.3f, part["binary.pixels"].item<float>(), "Random masks are at about ln 2; focal, they would be below 0.13.");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void The_lowest_loss_chooses_the_mask_where_there_is_a_choice(bool crossEntropy)
    {
        using var scope = NewDisposeScope();
        var target = Targets();
        var truth = nn.functional.interpolate(target.Masks, [16, 16]) * 20 - 10;                    // logits of the target itself
        var masks = cat([-truth, -truth, truth, zeros_like(truth)], 1);                              // candidate 2 of 1..3 is right
        // 3 has the highest predicted IoU; 0 takes no part
        var quality = tensor([0.9f, 0.1f, 0.2f, 0.8f]).expand(3, -1);
        var output = new SegSamOutput(masks, quality, truth, Normal(1, 3, 6), Normal(2, 3, 6, 6), SingleMask: false);
        var loss = new SegSamLoss(Weights with { Pixels = Pixels(crossEntropy) });
        AssertClose(truth, loss.Compute(output, target).ChosenMask, 0, "lowest loss");
        AssertClose(-truth, loss.Compute(output with { SingleMask = true }, target).ChosenMask, 0, "the single mask");
    }

    [TestMethod]
    public void A_batch_has_the_mean_of_the_losses_of_its_prompts()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Create(Config);
        var (output, targets) = (Answer(network), Targets());
        var loss = new SegSamLoss(Weights);
        var together = loss.Compute(output, targets);
        var alone = Enumerable.Range(0, 3).Select(i => loss.Compute(
            new(One(output.MaskLogits, i), One(output.PredictedIoUs, i), One(output.SemanticLogits, i), One(output.ClassLogits, i),
                One(output.PresenceLogits, i), SingleMask: false),
            new(One(targets.Masks, i), One(targets.Categories, i), [targets.Others[i]], One(targets.Rivals, i),
                One(targets.LabelSets, i)))).ToList();
        foreach (var (name, value) in together.Parts)
        {
            Assert.AreEqual(alone.Average(one => one.Parts.Single(part => part.Name == name).Value.item<float>()), value.item<float>(),
                1e-5, name);
        }

        static Tensor One(Tensor batch, int i) => batch.narrow(0, i, 1);
    }

    [TestMethod]
    public void A_label_set_restricts_presence_alone_and_rivals_the_class_alone()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Create(Config);
        var (output, targets) = (Answer(network), Targets());
        var loss = new SegSamLoss(Weights);
        double Part(LossTargets changed, string name) =>
            loss.Compute(output, changed).Parts.Single(part => part.Name == name).Value.item<float>();

        var fewLabels = targets.LabelSets.clone();
        fewLabels[0, 1] = tensor(false); // category 1 occurs in the other rows alone
        var restricted = targets with { LabelSets = fewLabels };
        Assert.AreEqual(Part(targets, "semantic.class"), Part(restricted, "semantic.class"), 0.0, "The prompted object's name is known.");
        Assert.AreNotEqual(Part(targets, "presence"), Part(restricted, "presence"));

        var fewRivals = targets.Rivals.clone();
        fewRivals[0, 1] = tensor(false);
        var apart = targets with { Rivals = fewRivals };
        Assert.IsLessThan(Part(targets, "semantic.class"), Part(apart, "semantic.class"), "One rival fewer.");
        Assert.AreEqual(Part(targets, "presence"), Part(apart, "presence"), 0.0);
    }

    private static SegSamOutput Answer(SegSamNetwork network) => network.Decode(network.Encode(Normal(7, 2, 3, 64, 64)), Boxes(0, 0, 1));

    private static PixelLoss Pixels(bool crossEntropy) => crossEntropy ? PixelLoss.CrossEntropy : PixelLoss.Focal;

    private static LossTargets Targets()
    {
        var masks = zeros(3, 1, 64, 64);
        masks[0, 0].narrow(0, 8, 24).narrow(1, 8, 24).fill_(1);
        masks[1, 0].narrow(0, 32, 24).narrow(1, 8, 40).fill_(1);
        masks[2, 0].narrow(0, 16, 16).narrow(1, 24, 16).fill_(1);
        return new(masks, tensor([0L, 3, 1]), [[3], [0], [2, 4]], ones(3, 6, dtype: ScalarType.Bool), ones(3, 6, dtype: ScalarType.Bool));
    }
}
