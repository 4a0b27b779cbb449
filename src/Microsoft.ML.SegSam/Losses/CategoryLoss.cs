using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Losses;

// P prompts, N_c presence tokens, K categories; index K is "no object".

/// <summary>Category of the prompted object, and categories of the others in the image (method, 5.2 and 5.3).</summary>
internal static class CategoryLoss
{
    private const double NoObjectWeight = 0.1; // DETR, Mask2Former

    /// <summary>Leaves categories out of the softmax, so that they are taught neither as right nor as wrong.</summary>
    /// <param name="logits">[P,K+1] or [P,N_c,K+1].</param>
    /// <param name="kept">[P,K+1] bool: <see cref="LossTargets.Rivals"/> for c_so, <see cref="LossTargets.LabelSets"/> for c_co.</param>
    public static Tensor Restrict(Tensor logits, Tensor kept)
    {
        var mask = logits.dim() == 3 ? kept.unsqueeze(1) : kept;
        return logits.masked_fill(mask.logical_not(), Arithmetic.Number(double.NegativeInfinity));
    }

    /// <summary>Cross-entropy of c_so: [P].</summary>
    public static Tensor Prompted(Tensor restricted, Tensor categories) =>
        functional.cross_entropy(restricted, categories, reduction: Reduction.None);

    /// <summary>
    /// Set prediction: the other categories are assigned to tokens one to one, so that the tokens' probabilities of them are largest; the
    /// remaining tokens learn "no object".
    /// </summary>
    /// <param name="restricted">c_co [P,N_c,K+1].</param>
    /// <param name="others">For each prompt the categories of the image's other objects, each once, at most N_c.</param>
    /// <returns>[P]; weighted mean over the tokens.</returns>
    public static Tensor SetPrediction(Tensor restricted, IReadOnlyList<int[]> others)
    {
        using var scope = NewDisposeScope();
        var targets = tensor(Match(restricted, others), [restricted.size(0), restricted.size(1)], device: restricted.device);  // z [P,N_c]
        var noObject = restricted.size(2) - 1;
        var entropy = functional.cross_entropy(restricted.transpose(1, 2), targets, reduction: Reduction.None);                // [P,N_c]
        var weights = targets.eq(Arithmetic.Number(noObject)).to(entropy.dtype).Times(NoObjectWeight - 1).Plus(1);
        return ((weights * entropy).sum(1) / weights.sum(1)).MoveToOuterDisposeScope();
    }

    // No gradient flows through the choice of tokens.
    private static long[] Match(Tensor restricted, IReadOnlyList<int[]> others)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        long tokens = restricted.size(1), classes = restricted.size(2);
        var probability = restricted.softmax(-1).to(ScalarType.Float32).cpu().data<float>().ToArray();
        var targets = new long[restricted.size(0) * tokens];
        Array.Fill(targets, classes - 1);
        for (var prompt = 0; prompt < others.Count; prompt++)
        {
            var cost = new float[tokens, others[prompt].Length];
            for (var token = 0; token < tokens; token++)
            {
                for (var i = 0; i < others[prompt].Length; i++)
                    cost[token, i] = -probability[(prompt * tokens + token) * classes + others[prompt][i]];
            }

            var tokenOf = Assignment.Solve(cost);
            for (var i = 0; i < tokenOf.Length; i++)
                targets[prompt * tokens + tokenOf[i]] = others[prompt][i];
        }

        return targets;
    }
}
