using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Losses;

/// <summary>Cross-mask spatial alignment: the two decoders' masks of one object should overlap (method, 5.4).</summary>
internal static class AlignmentLoss
{
    private const double Smooth = 1;

    /// <summary>1 − (2 Σpq + 1) / (Σp² + Σq² + 1), over the mask probabilities p and q.</summary>
    /// <param name="binary">Logits of the binary mask [P,1,h,w].</param>
    /// <param name="semantic">Logits of the semantic mask [P,1,h,w].</param>
    /// <returns>[P], 0 for equal masks.</returns>
    public static Tensor Compute(Tensor binary, Tensor semantic)
    {
        using var scope = NewDisposeScope();
        var p = binary.sigmoid().flatten(1);
        var q = semantic.sigmoid().flatten(1);
        var overlap = (p * q).sum(1);
        var ratio = overlap.Times(2).Plus(Smooth) / p.Squared().sum(1).Plus(q.Squared().sum(1)).Plus(Smooth);
        return ratio.OneMinus().MoveToOuterDisposeScope();
    }
}
