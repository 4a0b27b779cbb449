using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Losses;

/// <summary>Cross-mask spatial alignment: the two decoders' masks of one object should overlap (method, 5.4).</summary>
internal static class AlignmentLoss
{
    private const double Smooth = 1;

    /// <param name="binary">Logits of the binary mask [P,1,h,w].</param>
    /// <param name="semantic">Logits of the semantic mask [P,1,h,w].</param>
    /// <returns>[P], 0 where the maps agree as far as the form allows.</returns>
    public static Tensor Compute(Tensor binary, Tensor semantic, AlignmentForm form, AlignmentStop stop)
    {
        using var scope = NewDisposeScope();
        var p = (stop == AlignmentStop.Binary ? binary.detach() : binary).sigmoid().flatten(1);
        var q = (stop == AlignmentStop.Semantic ? semantic.detach() : semantic).sigmoid().flatten(1);
        var overlap = (p * q).sum(1);
        var ratio = form switch
        {
            AlignmentForm.Linear => overlap.Times(2).Plus(Smooth) / p.sum(1).Plus(q.sum(1)).Plus(Smooth),
            AlignmentForm.IoU => overlap.Plus(Smooth) / p.sum(1).Plus(q.sum(1)).Minus(overlap).Plus(Smooth),
            _ => overlap.Times(2).Plus(Smooth) / p.square().sum(1).Plus(q.square().sum(1)).Plus(Smooth),
        };
        return ratio.OneMinus().MoveToOuterDisposeScope();
    }
}

/// <summary>Overlap measure of the cross-mask alignment loss between the two decoders' mask probabilities p and q.</summary>
public enum AlignmentForm
{
    /// <summary>1 − (2Σpq + 1) / (Σp² + Σq² + 1): zero for equal maps (our choice).</summary>
    Squared,

    /// <summary>1 − (2Σpq + 1) / (Σp + Σq + 1): also sharpens both maps.</summary>
    Linear,

    /// <summary>1 − (Σpq + 1) / (Σp + Σq − Σpq + 1).</summary>
    IoU,
}

/// <summary>Which mask the alignment loss treats as fixed.</summary>
public enum AlignmentStop
{
    /// <summary>Neither: both decoders learn from each other (the published aim).</summary>
    None,

    /// <summary>SAM's binary mask is fixed; only the semantic mask moves towards it.</summary>
    Binary,

    /// <summary>The semantic mask is fixed; only SAM's binary mask moves towards it.</summary>
    Semantic,
}
