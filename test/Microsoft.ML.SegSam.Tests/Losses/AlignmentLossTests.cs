using Microsoft.ML.SegSam.Losses;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Losses;

/// <summary>Alignment of the two masks (method, 5.4 and 11.4).</summary>
[TestClass]
public sealed class AlignmentLossTests
{
    [TestMethod]
    public void Equal_maps_of_any_confidence_have_no_loss()
    {
        using var scope = NewDisposeScope();
        var logits = Normal(1, 3, 1, 6, 6);
        AssertClose(zeros(3), AlignmentLoss.Compute(logits, logits), 1e-6, "any map");
        AssertClose(zeros(3), AlignmentLoss.Compute(50 * logits.sign(), 50 * logits.sign()), 1e-6, "a saturated map");
    }

    [TestMethod]
    public void The_loss_of_three_pixels_is_what_a_pencil_says()
    {
        using var scope = NewDisposeScope();
        // Σpq = 0.66, Σp² = 0.78, Σq² = 0.68
        var p = tensor([0.7f, 0.5f, 0.2f]).logit().reshape(1, 1, 1, 3);
        var q = tensor([0.8f, 0.2f, 0.0f]).clamp(1e-7, 1).logit().reshape(1, 1, 1, 3);
        Assert.AreEqual(1 - (2 * 0.66 + 1) / (0.78 + 0.68 + 1), AlignmentLoss.Compute(p, q).item<float>(), 1e-5);
    }

    [TestMethod]
    public void It_does_not_matter_which_mask_comes_first_and_the_loss_lies_between_zero_and_one()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (3 * Normal(1, 4, 1, 6, 6), 3 * Normal(2, 4, 1, 6, 6));
        AssertClose(AlignmentLoss.Compute(a, b), AlignmentLoss.Compute(b, a), 1e-6);
        Assert.IsTrue(AlignmentLoss.Compute(a, b).ge(0).logical_and(AlignmentLoss.Compute(a, b) < 1).all().item<bool>());
    }

    [TestMethod]
    public void Two_empty_masks_agree()
    {
        using var scope = NewDisposeScope();
        var nothing = full([2, 1, 4, 4], -50f);
        AssertClose(zeros(2), AlignmentLoss.Compute(nothing, nothing), 1e-6);
    }

    [TestMethod]
    public void The_gradient_reaches_both_masks()
    {
        using var scope = NewDisposeScope();
        var (p, q) = (Normal(1, 2, 1, 6, 6).requires_grad_(), Normal(2, 2, 1, 6, 6).requires_grad_());
        AlignmentLoss.Compute(p, q).sum().backward();
        Assert.IsTrue(Moves(p), "binary");
        Assert.IsTrue(Moves(q), "semantic");

        static bool Moves(Tensor logits) => logits.grad is { } gradient && gradient.abs().sum().item<float>() > 1e-3;
    }

    [TestMethod]
    public void A_batch_has_the_losses_of_its_pairs()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Normal(1, 3, 1, 6, 6), Normal(2, 3, 1, 6, 6));
        var singles = cat([.. Enumerable.Range(0, 3).Select(i => AlignmentLoss.Compute(a.narrow(0, i, 1), b.narrow(0, i, 1)))]);
        AssertClose(singles, AlignmentLoss.Compute(a, b), 1e-6);
    }
}
