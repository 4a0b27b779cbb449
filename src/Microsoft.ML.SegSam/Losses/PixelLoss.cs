using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Losses;

/// <summary>The part of a mask's loss that is a mean over its pixels; Dice, beside it, measures overlap (method, 5.1).</summary>
/// <param name="Name">What a run's state calls it.</param>
/// <param name="Weight">Beside Dice, whose weight is 1.</param>
/// <param name="Compute">Of logits and probabilities [P,m,S,S], against targets [P,1,S,S] in 0..1: [P,m].</param>
internal sealed record PixelLoss(string Name, double Weight, Func<Tensor, Tensor, Tensor, Tensor> Compute)
{
    /// <summary>For a SAM's weights (SAM, SAM-Med2D).</summary>
    public static PixelLoss Focal { get; } = new(
        "focal", MaskLoss.FocalWeight, (_, probability, target) => MaskLoss.Focal(probability, target));

    /// <summary>For networks that begin with the prompt's mask, which learn sooner with it (our choice; MedSAM's loss).</summary>
    public static PixelLoss CrossEntropy { get; } = new(
        "cross-entropy", 1, (logits, _, target) => MaskLoss.CrossEntropy(logits, target));
}
