using Microsoft.ML.SegSam.Losses;
using static Microsoft.ML.SegSam.Tests.Support.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Losses;

[TestClass]
public sealed class MaskLossTests
{
    [TestMethod]
    public void Focal_loss_of_four_pixels_is_what_a_pencil_says()
    {
        using var scope = NewDisposeScope();
        var loss = MaskLoss.Focal(Pixels(0.9f, 0.6f, 0.2f, 0.5f), Pixels(1, 0, 0, 1)).item<float>();
        var expected = -(0.25 * (0.1 * 0.1 * Math.Log(0.9) + 0.5 * 0.5 * Math.Log(0.5))
            + 0.75 * (0.6 * 0.6 * Math.Log(0.4) + 0.2 * 0.2 * Math.Log(0.8))) / 4;
        Assert.AreEqual(expected, loss, 1e-6);
    }

    [TestMethod]
    public void Cross_entropy_of_four_pixels_is_what_a_pencil_says()
    {
        using var scope = NewDisposeScope();
        var logits = Pixels(0.9f, 0.6f, 0.2f, 0.5f).logit();
        var expected = -(Math.Log(0.9) + Math.Log(0.4) + Math.Log(0.8) + Math.Log(0.5)) / 4;
        Assert.AreEqual(expected, MaskLoss.CrossEntropy(logits, Pixels(1, 0, 0, 1)).item<float>(), 1e-6);
    }

    [TestMethod]
    public void A_pixel_that_is_surely_wrong_still_teaches()
    {
        using var scope = NewDisposeScope();
        var logits = Pixels(-200, -200, 200, 200).requires_grad_();
        MaskLoss.CrossEntropy(logits, Pixels(1, 0, 0, 1)).backward();
        AssertClose(Pixels(-0.25f, 0, 0.25f, 0), logits.grad!, 1e-6);
    }

    [TestMethod]
    public void Dice_loss_of_four_pixels_is_what_a_pencil_says()
    {
        using var scope = NewDisposeScope();
        // overlap 0.9 + 0.5, sizes 2.2 and 2
        Assert.AreEqual(1 - 3.8 / 5.2, MaskLoss.Dice(Pixels(0.9f, 0.6f, 0.2f, 0.5f), Pixels(1, 0, 0, 1)).item<float>(), 1e-6);
        Assert.AreEqual(0, MaskLoss.Dice(Pixels(1, 0, 0, 1), Pixels(1, 0, 0, 1)).item<float>(), 1e-6);
        Assert.AreEqual(1 - 1.0 / 5, MaskLoss.Dice(Pixels(0, 1, 1, 0), Pixels(1, 0, 0, 1)).item<float>(), 1e-6);
    }

    [TestMethod]
    public void Soft_iou_of_four_pixels_is_what_a_pencil_says()
    {
        using var scope = NewDisposeScope();
        Assert.AreEqual(1.4 / 2.8, MaskLoss.SoftIoU(Pixels(0.9f, 0.6f, 0.2f, 0.5f), Pixels(1, 0, 0, 1)).item<float>(), 1e-6);
    }

    [TestMethod]
    public void An_empty_prediction_of_an_empty_target_costs_nothing()
    {
        using var scope = NewDisposeScope();
        var nothing = Pixels(0, 0, 0, 0);
        Assert.AreEqual(0, MaskLoss.Focal(nothing, nothing).item<float>(), 1e-9);
        Assert.AreEqual(0, MaskLoss.Dice(nothing, nothing).item<float>(), 1e-9);
        Assert.AreEqual(1, MaskLoss.SoftIoU(nothing, nothing).item<float>(), 1e-6);
    }

    [TestMethod]
    public void Each_prompt_and_hypothesis_of_a_batch_has_the_loss_it_has_alone()
    {
        using var scope = NewDisposeScope();
        var probability = Normal(1, 3, 2, 8, 8).sigmoid();
        var target = (Normal(2, 3, 1, 8, 8) > 0).to(float32);
        foreach (var loss in (Func<Tensor, Tensor, Tensor>[])
            [MaskLoss.Focal, MaskLoss.CrossEntropy, MaskLoss.Dice, MaskLoss.SoftIoU])
        {
            var together = loss(probability, target);
            CollectionAssert.AreEqual(new long[] { 3, 2 }, together.shape);
            for (var p = 0; p < 3; p++)
            {
                for (var m = 0; m < 2; m++)
                {
                    AssertClose(loss(probability.narrow(0, p, 1).narrow(1, m, 1), target.narrow(0, p, 1)),
                        together[p, m].reshape(1, 1), 1e-6);
                }
            }
        }
    }

    private static Tensor Pixels(params float[] values) => tensor(values, [1, 1, 2, 2]);
}
