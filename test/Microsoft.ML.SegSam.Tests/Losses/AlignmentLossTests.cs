using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Tests.Support;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Losses;

/// <summary>Alignment of the two masks (method, 5.4 and 11.4).</summary>
[TestClass]
public sealed class AlignmentLossTests
{
    [TestMethod]
    public void The_squared_form_is_zero_for_equal_maps_of_any_confidence()
    {
        using var scope = NewDisposeScope();
        var logits = Normal(1, 3, 1, 6, 6);
        AssertClose(zeros(3), Loss(logits, logits), 1e-6, "any map");
        AssertClose(zeros(3), Loss(50 * logits.sign(), 50 * logits.sign()), 1e-6, "a saturated map");
    }

    [TestMethod]
    [DataRow(AlignmentForm.Linear)]
    [DataRow(AlignmentForm.IoU)]
    public void The_other_forms_are_zero_for_equal_maps_only_where_these_are_sure(AlignmentForm form)
    {
        using var scope = NewDisposeScope();
        var logits = Normal(1, 3, 1, 6, 6);
        AssertClose(zeros(3), Loss(50 * logits.sign(), 50 * logits.sign(), form), 1e-6);
        Assert.IsTrue((Loss(logits, logits, form) > 0.1).all().item<bool>(), "Equal but unsure maps pay, which sharpens them.");
    }

    [TestMethod]
    [DataRow(AlignmentForm.Squared, 1 - (2 * 0.66 + 1) / (0.78 + 0.68 + 1))]
    [DataRow(AlignmentForm.Linear, 1 - (2 * 0.66 + 1) / (1.4 + 1 + 1))]
    [DataRow(AlignmentForm.IoU, 1 - (0.66 + 1) / (1.4 + 1 - 0.66 + 1))]
    public void Each_form_of_three_pixels_is_what_a_pencil_says(AlignmentForm form, double expected)
    {
        using var scope = NewDisposeScope();
        // Σpq = 0.66, Σp² = 0.78, Σq² = 0.68, Σp = 1.4, Σq = 1
        var p = tensor([0.7f, 0.5f, 0.2f]).logit().reshape(1, 1, 1, 3);
        var q = tensor([0.8f, 0.2f, 0.0f]).clamp(1e-7, 1).logit().reshape(1, 1, 1, 3);
        Assert.AreEqual(expected, Loss(p, q, form).item<float>(), 1e-5);
    }

    [TestMethod]
    [DataRow(AlignmentForm.Squared)]
    [DataRow(AlignmentForm.Linear)]
    [DataRow(AlignmentForm.IoU)]
    public void It_does_not_matter_which_mask_comes_first_and_the_loss_lies_between_zero_and_one(AlignmentForm form)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (3 * Normal(1, 4, 1, 6, 6), 3 * Normal(2, 4, 1, 6, 6));
        AssertClose(Loss(a, b, form), Loss(b, a, form), 1e-6);
        Assert.IsTrue(Loss(a, b, form).ge(0).logical_and(Loss(a, b, form) < 1).all().item<bool>());
    }

    [TestMethod]
    [DataRow(AlignmentForm.Squared)]
    [DataRow(AlignmentForm.Linear)]
    [DataRow(AlignmentForm.IoU)]
    public void Two_empty_masks_agree(AlignmentForm form)
    {
        using var scope = NewDisposeScope();
        var nothing = full([2, 1, 4, 4], -50f);
        AssertClose(zeros(2), Loss(nothing, nothing, form), 1e-6);
    }

    [TestMethod]
    [DataRow(AlignmentStop.None, true, true)]
    [DataRow(AlignmentStop.Binary, false, true)]
    [DataRow(AlignmentStop.Semantic, true, false)]
    public void The_gradient_reaches_every_mask_that_is_not_held(AlignmentStop stop, bool binary, bool semantic)
    {
        using var scope = NewDisposeScope();
        var (p, q) = (Normal(1, 2, 1, 6, 6).requires_grad_(), Normal(2, 2, 1, 6, 6).requires_grad_());
        AlignmentLoss.Compute(p, q, AlignmentForm.Squared, stop).sum().backward();
        Assert.AreEqual(binary, Moves(p), "binary");
        Assert.AreEqual(semantic, Moves(q), "semantic");

        static bool Moves(Tensor logits) => logits.grad is { } gradient && gradient.abs().sum().item<float>() > 1e-3;
    }

    [TestMethod]
    public void A_batch_has_the_losses_of_its_pairs()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Normal(1, 3, 1, 6, 6), Normal(2, 3, 1, 6, 6));
        var singles = cat([.. Enumerable.Range(0, 3).Select(i => Loss(a.narrow(0, i, 1), b.narrow(0, i, 1)))]);
        AssertClose(singles, Loss(a, b), 1e-6);
    }

    private static Tensor Loss(Tensor binary, Tensor semantic, AlignmentForm form = AlignmentForm.Squared) =>
        AlignmentLoss.Compute(binary, semantic, form, AlignmentStop.None);
}
