using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Tests.Golden;
using static Microsoft.ML.SegSam.Tests.Network.SmallNetwork;
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
        var expected = -(0.25 * 0.1 * 0.1 * Math.Log(0.9) + 0.75 * 0.6 * 0.6 * Math.Log(0.4) + 0.75 * 0.2 * 0.2 * Math.Log(0.8)
            + 0.25 * 0.5 * 0.5 * Math.Log(0.5)) / 4;
        Assert.AreEqual(expected, loss, 1e-6);
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
    public void Soft_iou_of_four_pixels_is_what_a_pencil_says_and_has_no_gradient()
    {
        using var scope = NewDisposeScope();
        var probability = Pixels(0.9f, 0.6f, 0.2f, 0.5f).requires_grad_();
        var iou = MaskLoss.SoftIoU(probability, Pixels(1, 0, 0, 1));
        Assert.AreEqual(1.4 / 2.8, iou.item<float>(), 1e-6);
        Assert.IsFalse(iou.requires_grad);
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
        foreach (var loss in (Func<Tensor, Tensor, Tensor>[])[MaskLoss.Focal, MaskLoss.Dice, MaskLoss.SoftIoU])
        {
            var together = loss(probability, target);
            CollectionAssert.AreEqual(new long[] { 3, 2 }, together.shape);
            for (var p = 0; p < 3; p++)
            {
                for (var m = 0; m < 2; m++)
                    AssertClose(loss(probability.narrow(0, p, 1).narrow(1, m, 1), target.narrow(0, p, 1)), together[p, m].reshape(1, 1), 1e-6);
            }
        }
    }

    public static IEnumerable<object[]> GoldenCases =>
        ((string[])["random", "random_w1_s3", "mask_empty", "mask_full", "saturated", "iou_B3"]).Select(name => new object[] { name });

    /// <summary>Upstream reduces over the whole batch at once, so its batch stands as one sample here.</summary>
    [TestMethod]
    [TestCategory("Golden")]
    [DynamicData(nameof(GoldenCases))]
    public void Values_and_gradients_equal_those_of_sam_med2ds_code(string name)
    {
        using var scope = NewDisposeScope();
        var file = SafetensorsFile.Golden("losses.safetensors");
        var logits = file.Tensor(name + ".in.logits");
        var target = file.Tensor(name + ".in.mask").reshape(1, 1, -1, logits.size(-1));
        foreach (var (part, loss) in new (string, Func<Tensor, Tensor, Tensor>)[] { ("focal", MaskLoss.Focal), ("dice", MaskLoss.Dice) })
        {
            var variable = logits.detach().clone().requires_grad_();
            var value = loss(variable.reshape(target.shape).sigmoid(), target.to(float32)).mean();
            Relative(file.Tensor($"{name}.{part}"), value, part);
            value.backward();
            AssertClose(file.Tensor($"{name}.{part}_grad_logits"), variable.grad!, 1e-7, part + " gradient");

            var exact = loss(logits.to(float64).reshape(target.shape).sigmoid(), target.to(float64)).mean();
            AssertClose(file.Tensor($"{name}.{part}_f64"), exact, 1e-8, part + " in float64");
        }
    }

    /// <summary>The quality target is the soft overlap, upstream's again of the whole batch as one.</summary>
    [TestMethod]
    [TestCategory("Golden")]
    [DynamicData(nameof(GoldenCases))]
    public void The_quality_loss_equals_that_of_sam_med2ds_code(string name)
    {
        using var scope = NewDisposeScope();
        var file = SafetensorsFile.Golden("losses.safetensors");
        var target = file.Tensor(name + ".in.mask").to(float32);
        var iou = MaskLoss.SoftIoU(file.Tensor(name + ".in.logits").sigmoid().reshape(1, 1, -1, target.size(-1)), target.reshape(1, 1, -1, target.size(-1)));
        Relative(file.Tensor(name + ".maskiou"), (file.Tensor(name + ".in.pred_iou") - iou).square().mean(), "quality");
    }

    private static void Relative(Tensor expected, Tensor actual, string what) =>
        AssertClose(expected, actual, 1e-5 * Math.Max(1e-3, Math.Abs(expected.item<float>())), what);

    private static Tensor Pixels(params float[] values) => tensor(values, [1, 1, 2, 2]);
}
