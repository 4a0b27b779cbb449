using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Losses;

// P prompts, N_c presence tokens, K categories; index K is "no object".

/// <summary>Category of the prompted object, and categories of the others in the image (method, 5.2 and 5.3).</summary>
internal static class CategoryLoss
{
    private const double NoObjectWeight = 0.1; // DETR, Mask2Former

    /// <summary>Takes the categories that a sample's data set never annotates out of the softmax: an unannotated object must not be taught as absent.</summary>
    /// <param name="logits">[P,K+1] or [P,N_c,K+1].</param>
    /// <param name="labelSets">[P,K+1] bool; "no object" always belongs.</param>
    public static Tensor Restrict(Tensor logits, Tensor labelSets) =>
        logits.masked_fill((logits.dim() == 3 ? labelSets.unsqueeze(1) : labelSets).logical_not(), Arithmetic.Number(double.NegativeInfinity));

    /// <summary>Cross-entropy of c_so: [P].</summary>
    public static Tensor Prompted(Tensor restricted, Tensor categories) =>
        functional.cross_entropy(restricted, categories, reduction: Reduction.None);

    /// <summary>Set prediction: each other category is given to the token that believes in it most, one token each; the rest say "no object".</summary>
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

    /// <summary>Multi-label: binary cross-entropy of each category's best token against present or absent.</summary>
    /// <returns>[P]; mean over the categories of the label set.</returns>
    public static Tensor MultiLabel(Tensor restricted, IReadOnlyList<int[]> others, Tensor labelSets)
    {
        using var scope = NewDisposeScope();
        var categories = restricted.size(2) - 1;
        var present = new float[others.Count * categories];
        for (var prompt = 0; prompt < others.Count; prompt++)
        {
            foreach (var category in others[prompt])
                present[prompt * categories + category] = 1;
        }

        var target = tensor(present, [others.Count, categories], device: restricted.device).to(restricted.dtype);
        var probability = restricted.softmax(-1).narrow(2, 0, categories).amax([1]);                                           // [P,K]
        var annotated = labelSets.narrow(1, 0, categories).to(restricted.dtype);
        var entropy = functional.binary_cross_entropy(probability, target, reduction: Reduction.None) * annotated;
        return (entropy.sum(1) / annotated.sum(1).clamp_min(Arithmetic.Number(1))).MoveToOuterDisposeScope();
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

/// <summary>How the tokens t_co learn the categories of the unprompted objects.</summary>
public enum PresenceObjective
{
    /// <summary>One-to-one assignment of tokens to categories (Hungarian), cross-entropy, "no object" weighted 0.1 (after DETR).</summary>
    SetPrediction,

    /// <summary>The best token of each category against a present/absent target; no assignment, steadier on very small data (our choice).</summary>
    MultiLabel,
}
