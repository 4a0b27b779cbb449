using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Losses;

// P prompts, m masks for each, S input side. Each loss gives one number per prompt and mask; the caller takes the mean.

/// <summary>Focal and Dice loss of masks against their targets, and the soft IoU that the predicted IoU learns (method, 5.1).</summary>
internal static class MaskLoss
{
    /// <summary>Weight of the focal part beside Dice: 20 (SAM, SAM-Med2D).</summary>
    public const double FocalWeight = 20;

    /// <summary>α of the focal part, the weight of the object's pixels beside 1 − α of the others: 0.25 (SAM, SAM-Med2D).</summary>
    public const double SamBalance = 0.25;

    /// <summary>α for random weights, which with SAM's learn masks that are too small (our choice).</summary>
    public const double EvenBalance = 0.5;

    private const double Smooth = 1, LogGuard = 1e-12, IoUGuard = 1e-7;

    /// <summary>Mean over the pixels of −α y (1−p)² log p − (1−α) (1−y) p² log(1−p); γ is 2.</summary>
    /// <param name="probability">p [P,m,S,S].</param>
    /// <param name="target">y [P,1,S,S] in 0..1.</param>
    /// <param name="balance">α.</param>
    /// <returns>[P,m].</returns>
    public static Tensor Focal(Tensor probability, Tensor target, double balance)
    {
        using var scope = NewDisposeScope();
        var missed = probability.OneMinus();
        var positive = target.Times(balance) * missed.Squared() * probability.Plus(LogGuard).log();
        var negative = target.OneMinus().Times(1 - balance) * probability.Squared() * missed.Plus(LogGuard).log();
        return positive.Plus(negative).mean([2, 3]).neg().MoveToOuterDisposeScope();
    }

    /// <summary>1 − (2 Σpy + 1) / (Σp + Σy + 1): [P,m].</summary>
    public static Tensor Dice(Tensor probability, Tensor target)
    {
        using var scope = NewDisposeScope();
        var overlap = (probability * target).sum([2, 3]);
        var sizes = probability.sum([2, 3]).Plus(target.sum([2, 3]));
        return (overlap.Times(2).Plus(Smooth) / sizes.Plus(Smooth)).OneMinus().MoveToOuterDisposeScope();
    }

    /// <summary>Σpy / (Σp + Σy − Σpy): [P,m]. Detach the probability if this is the target of the predicted IoU.</summary>
    public static Tensor SoftIoU(Tensor probability, Tensor target)
    {
        using var scope = NewDisposeScope();
        var overlap = (probability * target).sum([2, 3]);
        var union = probability.sum([2, 3]).Plus(target.sum([2, 3])).Minus(overlap);
        return (overlap.Plus(IoUGuard) / union.Plus(IoUGuard)).MoveToOuterDisposeScope();
    }
}
