using Microsoft.ML.SegSam.Network;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

[TestClass]
public sealed class TextToVisionTests
{
    [TestMethod]
    public void The_order_of_the_texts_does_not_matter()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Create(Config);
        var (module, visual, positions) = (network.TextToVision!, SegSamNetwork.Pixels(Visual(network)), Positions(network));
        var order = tensor([3L, 0, 4, 2, 1]);
        var expected = module.call(network.TextBank, visual, positions, null);
        CollectionAssert.AreEqual(new long[] { 2, 1, Config.Width }, expected.shape);
        AssertClose(expected, module.call(network.TextBank.index_select(0, order), visual, positions, null), 1e-5);
    }

    [TestMethod]
    public void Presence_predictions_follow_their_tokens_and_nothing_else_moves()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Create(Config);
        var visual = Visual(network);
        var before = network.Decode(visual, Boxes(0, 1));
        var order = tensor([5L, 2, 0, 1, 4, 3]);
        var tokens = network.get_parameter("semantic_decoder.presence_tokens.weight")!;
        tokens.copy_(tokens.index_select(0, order));
        var after = network.Decode(visual, Boxes(0, 1));
        AssertClose(before.PresenceLogits.index_select(1, order), after.PresenceLogits, 1e-5, "presence");
        Assert.IsGreaterThan(1e-3, (before.PresenceLogits - after.PresenceLogits).abs().max().item<float>(), "The tokens differ.");
        AssertClose(before.ClassLogits, after.ClassLogits, 1e-5, "class");
        AssertClose(before.SemanticLogits, after.SemanticLogits, 1e-5, "semantic");
        AssertClose(before.MaskLogits, after.MaskLogits, 0, "binary");
    }

    [TestMethod]
    [DataRow(TextInsertion.Both, true, true)]
    [DataRow(TextInsertion.SemanticOnly, false, true)]
    [DataRow(TextInsertion.None, false, false)]
    public void Only_the_decoders_that_read_the_texts_depend_on_them(TextInsertion insertion, bool binaryMoves, bool semanticMoves)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Create(Config with { TextInsertion = insertion });
        var visual = Visual(network);
        var before = network.Decode(visual, Boxes(0, 1));
        network.TextBank.copy_(Normal(99, network.TextBank.shape));
        var after = network.Decode(visual, Boxes(0, 1));
        Assert.AreEqual(binaryMoves, !before.MaskLogits.Equals(after.MaskLogits), "binary masks");
        Assert.AreEqual(binaryMoves, !before.PredictedIoUs.Equals(after.PredictedIoUs), "predicted IoU");
        Assert.AreEqual(semanticMoves, !before.SemanticLogits.Equals(after.SemanticLogits), "semantic masks");
        Assert.AreEqual(semanticMoves, !before.PresenceLogits.Equals(after.PresenceLogits), "presence");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void The_summary_differs_between_prompts_only_where_it_reads_them(bool readsPrompt)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Create(
            Config with { TextConditioning = readsPrompt ? TextConditioning.ImageAndPrompt : TextConditioning.Image });
        var module = network.TextToVision!;
        Assert.AreEqual(readsPrompt, module.ReadsPrompt);
        var visual = SegSamNetwork.Pixels(Visual(network).narrow(0, 0, 1).expand(2, -1, -1, -1)); // one image, two prompts
        var (tokens, _, _) = network.PromptEncoder.call(Boxes(0, 0));
        var text = module.call(network.TextBank, visual, Positions(network), tokens);
        Assert.AreEqual(readsPrompt, (text[0] - text[1]).abs().max().item<float>() > 1e-4);
    }

    [TestMethod]
    public void A_text_similarity_head_is_the_scaled_cosine_with_zero_for_no_object()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = Create(Config with { ClassHead = ClassHead.TextSimilarity });
        var visual = Visual(network);
        var logits = network.Decode(visual, Boxes(0, 1)).ClassLogits;
        AssertClose(zeros(2), logits.select(1, Config.CategoryCount), 0, "no object");
        Assert.IsLessThanOrEqualTo(30.001f, logits.abs().max().item<float>(), "A cosine times 30.");
        var order = tensor([4L, 3, 2, 1, 0]);
        network.TextBank.copy_(network.TextBank.index_select(0, order));
        var after = network.Decode(visual, Boxes(0, 1)).ClassLogits;
        AssertClose(logits.narrow(1, 0, 5).index_select(1, order), after.narrow(1, 0, 5), 2e-3, "Scores follow their texts.");
    }

    [TestMethod]
    public void Categories_of_equal_texts_are_learned_apart()
    {
        using var scope = NewDisposeScope();
        using var network = Create(Config with { ClassHead = ClassHead.TextSimilarity });
        var offset = network.named_parameters().Single(named => named.name == "class_head.text_offset").parameter;
        using (no_grad())
            network.TextBank.fill_(1);
        var visual = Visual(network);
        Tensor Logits() => network.Decode(visual, Boxes(0, 1)).ClassLogits;                        // two objects
        var before = Logits();
        AssertClose(before.select(1, 0), before.select(1, 1), 1e-4, "Equal texts, equal scores.");
        nn.functional.cross_entropy(before, tensor([0L, 1])).backward();
        using (no_grad())
            offset.sub_(offset.grad! * 0.1);
        var after = Logits();
        var lead = (after.select(1, 0) - after.select(1, 1)).data<float>();
        Assert.IsGreaterThan(lead[1], lead[0], "The first object leans more to the first category than the second does.");
    }

    private static Tensor Positions(SegSamNetwork network) => SegSamNetwork.Pixels(network.PromptEncoder.DensePositions());

    private static Tensor Visual(SegSamNetwork network) => network.Encode(Normal(7, 2, 3, 64, 64));
}
