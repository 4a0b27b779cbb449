using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Losses;

/// <summary>The part of a mask's loss that counts pixels; Dice, beside it, counts overlap (method, 5.1).</summary>
/// <param name="Name">What a run's state calls it.</param>
/// <param name="Weight">Beside Dice, whose weight is 1.</param>
/// <param name="Compute">Of logits [P,m,S,S] against targets [P,1,S,S] in 0..1: the mean over the pixels, [P,m].</param>
internal sealed record PixelLoss(string Name, double Weight, Func<Tensor, Tensor, Tensor> Compute)
{
    /// <summary>For a SAM's weights, which learned with it (SAM, SAM-Med2D).</summary>
    public static PixelLoss Focal { get; } = new("focal", MaskLoss.FocalWeight, FocalOf);

    /// <summary>For random weights, which learn masks sooner with it (our choice; nnU-Net has the same weights).</summary>
    public static PixelLoss CrossEntropy { get; } = new("cross-entropy", 1, MaskLoss.CrossEntropy);

    private static Tensor FocalOf(Tensor logits, Tensor target)
    {
        using var probability = logits.sigmoid();
        return MaskLoss.Focal(probability, target);
    }
}
