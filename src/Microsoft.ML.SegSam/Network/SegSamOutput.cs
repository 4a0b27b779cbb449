using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Network;

// P prompts, g = S/16, K categories, N_c presence tokens.

/// <summary>What the two decoders predict for each prompt.</summary>
/// <param name="MaskLogits">M_b [P,1+3,4g,4g]: SAM's single mask, then the three of a multimask prediction.</param>
/// <param name="PredictedIoUs">Of each of those masks [P,1+3], unbounded.</param>
/// <param name="SemanticLogits">m_s [P,1,4g,4g].</param>
/// <param name="ClassLogits">c_so [P,K+1]; the last is "no object".</param>
/// <param name="PresenceLogits">c_co [P,N_c,K+1].</param>
/// <param name="SingleMask">Whether the single mask is the prediction for these prompts, not one of the three.</param>
internal sealed record SegSamOutput(
    Tensor MaskLogits, Tensor PredictedIoUs, Tensor SemanticLogits, Tensor ClassLogits, Tensor PresenceLogits, bool SingleMask)
{
    /// <summary>The masks that may be predicted, m of them, and their predicted IoU: [P,m,4g,4g] and [P,m].</summary>
    public (Tensor Logits, Tensor PredictedIoUs) Candidates()
    {
        var (first, count) = CandidatesAmong((int)MaskLogits.size(1), SingleMask);
        return (MaskLogits.narrow(1, first, count), PredictedIoUs.narrow(1, first, count));
    }

    /// <summary>Which of SAM's masks may be predicted.</summary>
    public static (int First, int Count) CandidatesAmong(int masks, bool singleMask) => singleMask ? (0, 1) : (1, masks - 1);

    /// <summary>The candidate with the highest predicted IoU: logits [P,1,4g,4g] and that IoU [P].</summary>
    public (Tensor Logits, Tensor PredictedIoU) BestMask()
    {
        using var scope = NewDisposeScope();
        var (logits, predictedIoUs) = Candidates();
        var (predictedIoU, index) = predictedIoUs.max(1);                                           // [P], [P]
        var where = index.reshape(-1, 1, 1, 1).expand(-1, 1, logits.size(2), logits.size(3));
        return scope.Keep((logits.gather(1, where), predictedIoU));
    }

    /// <summary>For each category the largest of its probabilities over the presence tokens: [P,K].</summary>
    public Tensor PresenceScores()
    {
        using var scope = NewDisposeScope();
        return PresenceLogits.softmax(-1).narrow(-1, 0, PresenceLogits.size(-1) - 1).amax([1]).MoveToOuterDisposeScope();
    }

    /// <summary>The same with every tensor changed alike.</summary>
    public SegSamOutput Select(Func<Tensor, Tensor> change) => new(
        change(MaskLogits), change(PredictedIoUs), change(SemanticLogits), change(ClassLogits), change(PresenceLogits), SingleMask);

    /// <summary>Predictions for some prompts, then for others.</summary>
    public static SegSamOutput Concatenate(IReadOnlyList<SegSamOutput> parts)
    {
        return parts.Count == 1 ? parts[0] : new(
            Join(part => part.MaskLogits), Join(part => part.PredictedIoUs), Join(part => part.SemanticLogits),
            Join(part => part.ClassLogits), Join(part => part.PresenceLogits), parts[0].SingleMask);

        Tensor Join(Func<SegSamOutput, Tensor> tensor) => cat([.. parts.Select(tensor)]);
    }
}
