using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Losses;

/// <summary>What the network should have predicted.</summary>
/// <param name="Masks">y [P,1,S,S], 0 or 1 in the network's type.</param>
/// <param name="Categories">k* [P] int64, 0..K−1.</param>
/// <param name="Others">For each prompt the categories of the image's other objects, each once, at most N_c.</param>
/// <param name="Rivals">
/// [P,K+1] bool: the categories that the object's own is told apart from, and its own. All, "no object" (K) too, but those that may be
/// true of the object as well.
/// </param>
/// <param name="LabelSets">[P,K+1] bool: the categories that the prompt's data set annotates; "no object" (K) is always true.</param>
internal sealed record LossTargets(
    Tensor Masks, Tensor Categories, IReadOnlyList<int[]> Others, Tensor Rivals, Tensor LabelSets);

/// <summary>The weighted sum, and its unweighted parts by name; each is a mean over the prompts.</summary>
/// <param name="ChosenMask">Logits [P,1,4g,4g] of the candidate mask that the loss was taken of.</param>
internal sealed record LossResult(Tensor Total, IReadOnlyList<(string Name, Tensor Value)> Parts, Tensor ChosenMask);

/// <summary>What the options, and the weights that training starts from, decide of the loss.</summary>
/// <param name="Category">λ_cls, of the prompted object's category.</param>
/// <param name="Presence">λ_co, of the other categories in the image.</param>
/// <param name="Alignment">λ_align, of the agreement of the two masks.</param>
/// <param name="Pixels">The per-pixel part of a mask's loss.</param>
internal sealed record LossWeights(double Category, double Presence, double Alignment, PixelLoss Pixels)
{
    /// <summary>Of the semantic mask: 0 where nothing else of its decoder is trained, so that SAM's masks are learned alone.</summary>
    public double Semantic => this is { Category: 0, Presence: 0, Alignment: 0 } ? 0 : 1;
}

/// <summary>L = L_bin + L_sem + λ_co L_co + λ_align L_align (method, 5.5).</summary>
internal sealed class SegSamLoss(LossWeights weights)
{
    /// <summary>Names of the parts, in the order of every result.</summary>
    public static IReadOnlyList<string> PartNames { get; } =
        ["binary.pixels", "binary.dice", "binary.iou", "semantic.pixels", "semantic.dice", "semantic.class", "presence", "alignment"];

    public LossResult Compute(SegSamOutput output, LossTargets targets)
    {
        using var scope = NewDisposeScope();
        var side = targets.Masks.size(-1);

        // L_bin: SAM's decoder, through one of its candidate masks
        var (binaryPixels, binaryDice, iou, chosen) = Binary(output, targets.Masks, side);

        // L_sem: mask and category of t_so
        var semantic = Upsample(output.SemanticLogits, side);                                       // m_s at S, [P,1,S,S]
        var (semanticPixels, semanticDice) = LossesOf(semantic, semantic.sigmoid(), targets.Masks);
        var category = CategoryLoss.Prompted(CategoryLoss.Restrict(output.ClassLogits, targets.Rivals), targets.Categories);

        // L_co: the other categories in the image, from t_co
        var presenceLogits = CategoryLoss.Restrict(output.PresenceLogits, targets.LabelSets);
        var presence = CategoryLoss.SetPrediction(presenceLogits, targets.Others);

        // L_align: both masks at the decoders' own resolution
        var alignment = AlignmentLoss.Compute(chosen, output.SemanticLogits);

        (Tensor Loss, double Weight)[] parts =
        [
            (binaryPixels, weights.Pixels.Weight), (binaryDice, 1), (iou, 1),
            (semanticPixels, weights.Semantic * weights.Pixels.Weight), (semanticDice, weights.Semantic),
            (category, weights.Category), (presence, weights.Presence), (alignment, weights.Alignment),
        ];
        var means = parts.Select(part => part.Loss.mean()).ToArray();
        var total = means.Zip(parts).Where(item => item.Second.Weight > 0) // what has no weight costs no backward pass
            .Select(item => item.First.Times(item.Second.Weight)).Aggregate((sum, part) => sum.Plus(part));

        scope.MoveToOuter([total, chosen, .. means]);
        return new(total, [.. PartNames.Zip(means)], chosen);
    }

    // The candidates are compared at the decoders' own resolution, so that only the chosen one is brought to S.
    private (Tensor Pixels, Tensor Dice, Tensor PredictedIoU, Tensor Chosen) Binary(SegSamOutput output, Tensor masks, long side)
    {
        var (logits, predicted) = output.Candidates();                                              // [P,m,4g,4g] [P,m]
        var small = functional.avg_pool2d(masks, side / logits.size(-1));                           // [P,1,4g,4g]
        var probabilities = logits.detach().sigmoid();
        var (pixels, overlap) = LossesOf(logits.detach(), probabilities, small);
        var index = pixels.Times(weights.Pixels.Weight).Plus(overlap).argmin(1, keepdim: true);     // [P,1]

        var chosen = Pick(logits, index);                                                           // [P,1,4g,4g]
        var drawn = Upsample(chosen, side);                                                         // logits of p_b, [P,1,S,S]
        // Every candidate learns its IoU, since the highest predicted IoU chooses the mask at prediction.
        var iou = predicted.Minus(MaskLoss.SoftIoU(probabilities, small));
        var (drawnPixels, drawnDice) = LossesOf(drawn, drawn.sigmoid(), masks);
        return (drawnPixels, drawnDice, iou.Squared().mean([1]), chosen);
    }

    private (Tensor Pixels, Tensor Dice) LossesOf(Tensor logits, Tensor probability, Tensor target) =>
        (weights.Pixels.Compute(logits, probability, target), MaskLoss.Dice(probability, target));

    /// <summary>The mask [P,1,h,w] at each prompt's index [P,1].</summary>
    private static Tensor Pick(Tensor masks, Tensor index) =>
        masks.gather(1, index.unsqueeze(-1).unsqueeze(-1).expand(-1, -1, masks.size(2), masks.size(3)));

    private static Tensor Upsample(Tensor logits, long side) =>
        functional.interpolate(logits, [side, side], mode: InterpolationMode.Bilinear, align_corners: false);
}
