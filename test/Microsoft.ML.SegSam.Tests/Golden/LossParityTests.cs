using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden;

/// <summary>
/// SAM-Med2D's loss and its gradients from the library's parts; the weights of a case are in the JSON beside the tensors.
/// </summary>
[TestClass]
[TestCategory("Golden")]
public sealed class LossParityTests
{
    private const string Files = "losses*.safetensors", Group = "Losses";

    public static IEnumerable<object[]> Losses => GoldenFolder.Cases(Files, ".in.logits");

    [TestMethod]
    [DynamicData(nameof(Losses))]
    public void Losses_and_their_gradients_agree(string file, string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFolder.Open(file);
        var weights = GoldenFolder.Json("losses_metrics.json").GetProperty("losses").GetProperty(name);
        foreach (var precision in Precision.Both)
        {
            var logits = golden.Tensor(name + ".in.logits").to(precision.Type).requires_grad_();
            var quality = golden.Tensor(name + ".in.pred_iou").to(precision.Type).requires_grad_();
            var loss = WholeBatchLoss.Of(logits.sigmoid(), golden.Tensor(name + ".in.mask").to(precision.Type), quality);
            var total = loss.Total(weights.GetProperty("weight").GetDouble(), weights.GetProperty("iou_scale").GetDouble());

            var compare = new Comparison(Group, golden, precision);
            (string, Tensor)[] parts = [("total", total), ("focal", loss.Focal), ("dice", loss.Dice), ("maskiou", loss.Quality)];
            foreach (var (part, value) in parts)
                compare.CheckRelative(part, $"{name}.{part}", value, Allowed.LossRelative);
            Gradient("gradient of the total on logits", "grad_logits", total, logits);
            Gradient("gradient of the total on predicted IoU", "grad_pred_iou", total, quality);
            Gradient("gradient of focal on logits", "focal_grad_logits", loss.Focal, logits);
            Gradient("gradient of dice on logits", "dice_grad_logits", loss.Dice, logits);

            void Gradient(string what, string tensor, Tensor of, Tensor with) =>
                compare.Check(what, $"{name}.{tensor}", autograd.grad([of], [with], retain_graph: true)[0], Allowed.LogitGradient);
        }
    }
}

/// <summary>The parts of SAM-Med2D's loss, which is taken over a whole batch at once: to the library that is one large mask.</summary>
internal sealed record WholeBatchLoss(Tensor Focal, Tensor Dice, Tensor Quality)
{
    /// <param name="probability">[P,1,H,W].</param>
    /// <param name="target">As large, 0 or 1.</param>
    /// <param name="predictedIoU">
    /// Any shape; each is held against the one IoU of the batch, through which upstream lets the gradient pass.
    /// </param>
    public static WholeBatchLoss Of(Tensor probability, Tensor target, Tensor predictedIoU)
    {
        long[] one = [1, 1, -1, probability.size(-1)];
        var (p, y) = (probability.reshape(one), target.reshape(one));
        return new(
            MaskLoss.Focal(p, y).squeeze(),
            MaskLoss.Dice(p, y).squeeze(),
            predictedIoU.Minus(MaskLoss.SoftIoU(p, y)).square().mean());
    }

    public Tensor Total(double focalWeight, double qualityWeight) => Focal.Times(focalWeight).Plus(Dice).Plus(Quality.Times(qualityWeight));
}
