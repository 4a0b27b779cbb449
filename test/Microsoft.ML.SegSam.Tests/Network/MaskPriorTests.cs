using Microsoft.ML.SegSam.Network;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

/// <summary>The mask that a prompt suggests (method, 4.3), and masks that begin with it (4.5): 16 x 16 of an input of 64.</summary>
[TestClass]
public sealed class MaskPriorTests
{
    private static readonly SegSamConfig Begins = Config with { MaskPrior = true };

    [TestMethod]
    public void A_box_suggests_the_ellipse_in_it()
    {
        using var scope = NewDisposeScope();
        using var network = Create(Begins);
        var box = new PromptTensors(tensor([0L]), Boxes: tensor([8f, 16, 40, 32], [1, 4])); // centered at (24, 24), radii 16 and 8
        var prior = network.PromptEncoder.call(box).Prior!;
        CollectionAssert.AreEqual(new long[] { 1, 1, 16, 16 }, prior.shape);
        foreach (var (column, row) in ((int, int)[])[(5, 5), (2, 5), (9, 6), (5, 4), (0, 0), (15, 15)])
        {
            var (x, y) = ((column * 4 + 2 - 24) / 16.0, (row * 4 + 2 - 24) / 8.0);
            Assert.AreEqual(Math.Clamp(8 * (1 - x * x - y * y), -8, 8), prior[0, 0, row, column].item<float>(), 1e-5, $"{column} {row}");
        }

        Assert.AreEqual(28, prior.gt(0).sum().item<long>(), "Four rows of pixels have their centers inside, of 6, 8, 8 and 6.");
    }

    [TestMethod]
    public void Points_on_the_object_suggest_discs_and_others_nothing()
    {
        using var scope = NewDisposeScope();
        using var network = Create(Begins);
        var points = new PromptTensors(tensor([0L, 0]), Points: tensor([10f, 10, 50, 50, 10, 10, 50, 50], [2, 2, 2]),
            PointLabels: tensor([1f, 0, 1, 1], [2, 2]));
        var prior = network.PromptEncoder.call(points).Prior!;
        Assert.AreEqual(8, prior[0, 0, 2, 2].item<float>(), 1e-5, "The pixel whose center is the point.");
        Assert.AreEqual(-8, prior[0, 0, 12, 12].item<float>(), 1e-5, "A point on the background suggests no object.");
        Assert.AreEqual(8, prior[1, 0, 12, 12].item<float>(), 1e-5);
        Assert.IsGreaterThan(0f, prior[0, 0, 2, 3].item<float>(), "The radius is an eighth of 64.");
        Assert.IsLessThan(0f, prior[0, 0, 2, 5].item<float>());
    }

    [TestMethod]
    public void A_click_decides_where_it_lies_whatever_comes_with_it()
    {
        using var scope = NewDisposeScope();
        using var network = Create(Begins);
        var box = new PromptTensors(tensor([0L]), Boxes: tensor([8f, 16, 40, 32], [1, 4]));
        var mask = new PromptTensors(tensor([0L]), MaskLogits: Normal(1, 1, 1, 16, 16) * 8);
        // Centers of pixels (6, 5), within the ellipse, and (12, 12), outside; the last label stands for no point.
        var (points, labels) = (tensor([26f, 22, 50, 50, 2, 2], [1, 3, 2]), tensor([0f, 1, -1], [1, 3]));
        foreach (var prompts in (PromptTensors[])[box, mask])
        {
            var before = network.PromptEncoder.call(prompts).Prior!;
            var after = network.PromptEncoder.call(prompts with { Points = points, PointLabels = labels }).Prior!;
            Assert.AreEqual(-8, after[0, 0, 5, 6].item<float>(), 1e-5, "taken away");
            Assert.AreEqual(8, after[0, 0, 12, 12].item<float>(), 1e-5, "added");
            Assert.AreEqual(2, after.ne(before).sum().item<long>(), "The radius is a 32nd of 64: one pixel of the mask for each click.");
        }
    }

    [TestMethod]
    public void A_given_mask_is_its_own_and_a_SAM_has_none()
    {
        using var scope = NewDisposeScope();
        var mask = Normal(1, 1, 1, 16, 16);
        var prompts = new PromptTensors(tensor([0L]), Boxes: tensor([8f, 16, 40, 32], [1, 4]), MaskLogits: mask);
        using var network = Create(Begins);
        using var sam = Create(Config);
        AssertClose(16 * mask.sigmoid() - 8, network.PromptEncoder.call(prompts).Prior!, 1e-5, "by its probabilities");
        Assert.AreEqual(8, network.PromptEncoder.call(prompts with { MaskLogits = mask * 1000 }).Prior!.abs().max().item<float>(), 1e-5f,
            "No surer than the masks that prompts suggest.");
        Assert.IsNull(sam.PromptEncoder.call(prompts).Prior);
        Assert.IsNull(network.PromptEncoder.call(new PromptTensors(tensor([0L]))).Prior, "no prompt at all");
    }

    [TestMethod]
    public void Each_mask_changes_the_prompts_by_as_much_as_its_decoder_says()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Create(Begins);
        var (visual, boxes) = (network.Encode(Normal(7, 2, 3, 64, 64)), Boxes(0, 1));
        var prior = network.PromptEncoder.call(boxes).Prior!;
        var with = network.Decode(visual, boxes);
        var state = network.state_dict();
        state["mask_decoder.mask_prior.scale"].fill_(0);
        state["semantic_decoder.mask_prior.scale"].fill_(0);
        var without = network.Decode(visual, boxes);
        AssertClose(with.MaskLogits, without.MaskLogits + 0.25 * prior, 1e-5, "binary");
        AssertClose(with.SemanticLogits, without.SemanticLogits + 0.25 * prior, 1e-5, "semantic");
    }
}
