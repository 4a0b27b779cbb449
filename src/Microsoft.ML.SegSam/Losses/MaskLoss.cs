using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Losses;

// P prompts, m masks for each, S input side. Each loss gives one number per prompt and mask; the caller takes the mean.

/// <summary>Losses of masks against their targets, by pixel and by overlap, and the soft IoU that the predicted IoU learns.</summary>
/// <remarks>Method, 5.1.</remarks>
internal static class MaskLoss
{
    /// <summary>Weight of the focal part beside Dice: 20 (SAM, SAM-Med2D).</summary>
    public const double FocalWeight = 20;

    private const double Balance = 0.25, Smooth = 1, LogGuard = 1e-12, IoUGuard = 1e-7;

    /// <summary>
    /// Mean over the pixels of −α y (1−p)² log p − (1−α) (1−y) p² log(1−p); γ is 2, and α, the weight of the object's pixels, 0.25.
    /// </summary>
    /// <param name="probability">p [P,m,S,S].</param>
    /// <param name="target">y [P,1,S,S] in 0..1.</param>
    /// <returns>[P,m].</returns>
    public static Tensor Focal(Tensor probability, Tensor target)
    {
        using var scope = NewDisposeScope();
        var missed = probability.OneMinus();
        var positive = target.Times(Balance) * missed.Squared() * probability.Plus(LogGuard).log();
        var negative = target.OneMinus().Times(1 - Balance) * probability.Squared() * missed.Plus(LogGuard).log();
        return positive.Plus(negative).mean([2, 3]).neg().MoveToOuterDisposeScope();
    }

    /// <summary>Mean over the pixels of −y log p − (1−y) log(1−p): [P,m].</summary>
    /// <param name="logits">Of p, [P,m,S,S].</param>
    /// <param name="target">y [P,1,S,S] in 0..1.</param>
    public static Tensor CrossEntropy(Tensor logits, Tensor target)
    {
        using var scope = NewDisposeScope();
        return functional.binary_cross_entropy_with_logits(logits, target.expand_as(logits), reduction: Reduction.None)
            .mean([2, 3]).MoveToOuterDisposeScope();
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
