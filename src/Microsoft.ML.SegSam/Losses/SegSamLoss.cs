using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Options;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Losses;

/// <summary>What the network should have said.</summary>
/// <param name="Masks">y [P,1,S,S], 0 or 1 in the network's type.</param>
/// <param name="Categories">k* [P] int64, 0..K−1.</param>
/// <param name="Others">For each prompt the categories of the image's other objects, each once, at most N_c.</param>
/// <param name="LabelSets">[P,K+1] bool: the categories that the prompt's data set annotates; "no object" (K) always.</param>
internal sealed record LossTargets(Tensor Masks, Tensor Categories, IReadOnlyList<int[]> Others, Tensor LabelSets);

/// <summary>The weighted sum, and its unweighted parts by name; each a mean over the prompts.</summary>
/// <param name="ChosenMask">Logits [P,1,4g,4g] of the hypothesis that was learnt from.</param>
internal sealed record LossResult(Tensor Total, IReadOnlyList<(string Name, Tensor Value)> Parts, Tensor ChosenMask);

/// <summary>L = L_bin + L_sem + λ_co L_co + λ_align L_align (method, 5.5).</summary>
internal sealed class SegSamLoss(SegSamOptions options)
{
    /// <summary>Names of the parts in the order of every result.</summary>
    public static IReadOnlyList<string> PartNames { get; } =
        ["binary.focal", "binary.dice", "binary.iou", "semantic.focal", "semantic.dice", "semantic.class", "presence", "alignment"];

    public LossResult Compute(SegSamOutput output, LossTargets targets)
    {
        using var scope = NewDisposeScope();
        var side = targets.Masks.size(-1);

        // L_bin: SAM's decoder, through one of its three hypotheses
        var (binaryFocal, binaryDice, quality, chosen) = Binary(output, targets.Masks, side);

        // L_sem: mask and category of t_so
        var semantic = Upsample(output.SemanticLogits, side).sigmoid();                             // p_s [P,1,S,S]
        var semanticFocal = MaskLoss.Focal(semantic, targets.Masks);
        var semanticDice = MaskLoss.Dice(semantic, targets.Masks);
        var category = CategoryLoss.Prompted(CategoryLoss.Restrict(output.ClassLogits, targets.LabelSets), targets.Categories);

        // L_co: the other categories in the image, from t_co
        var presenceLogits = CategoryLoss.Restrict(output.PresenceLogits, targets.LabelSets);
        var presence = options.PresenceObjective == PresenceObjective.MultiLabel
            ? CategoryLoss.MultiLabel(presenceLogits, targets.Others, targets.LabelSets)
            : CategoryLoss.SetPrediction(presenceLogits, targets.Others);

        // L_align: both masks at the decoders' own resolution
        var alignment = AlignmentLoss.Compute(chosen, output.SemanticLogits, options.AlignmentForm, options.AlignmentStop);

        Tensor[] parts = [binaryFocal, binaryDice, quality, semanticFocal, semanticDice, category, presence, alignment];
        double[] weights = [MaskLoss.FocalWeight, 1, 1, MaskLoss.FocalWeight, 1, options.ClassWeight, options.PresenceWeight, options.AlignmentWeight];
        var means = parts.Select(part => part.mean()).ToArray();
        var total = means.Zip(weights, (mean, weight) => mean.Times(weight)).Aggregate((sum, part) => sum.Plus(part));

        scope.MoveToOuter([total, chosen, .. means]);
        return new(total, [.. PartNames.Zip(means)], chosen);
    }

    // The candidates are compared at the decoders' own resolution, so that only the chosen one is ever brought to S.
    private (Tensor Focal, Tensor Dice, Tensor Quality, Tensor Chosen) Binary(SegSamOutput output, Tensor masks, long side)
    {
        var (logits, predicted) = output.Candidates();                                              // [P,m,4g,4g] [P,m]
        var small = functional.avg_pool2d(masks, side / logits.size(-1));                           // [P,1,4g,4g]
        var probabilities = logits.sigmoid();
        var index = options.MaskSelection == MaskSelection.HighestQuality
            ? predicted.argmax(1, keepdim: true)
            : LossOf(probabilities.detach(), small).argmin(1, keepdim: true);                       // [P,1]

        var chosen = Pick(logits, index);                                                           // [P,1,4g,4g]
        var probability = Upsample(chosen, side).sigmoid();                                         // p_b [P,1,S,S]
        // Where the lowest loss decides, every hypothesis learns its quality: at prediction the highest is believed.
        var quality = options.MaskSelection == MaskSelection.HighestQuality
            ? predicted.gather(1, index).Minus(MaskLoss.SoftIoU(probability.detach(), masks))
            : predicted.Minus(MaskLoss.SoftIoU(probabilities.detach(), small));
        return (MaskLoss.Focal(probability, masks), MaskLoss.Dice(probability, masks), quality.square().mean([1]), chosen);
    }

    private static Tensor LossOf(Tensor probability, Tensor target) =>
        MaskLoss.Focal(probability, target).Times(MaskLoss.FocalWeight).Plus(MaskLoss.Dice(probability, target));

    /// <summary>The mask [P,1,h,w] at each prompt's index [P,1].</summary>
    private static Tensor Pick(Tensor masks, Tensor index) =>
        masks.gather(1, index.unsqueeze(-1).unsqueeze(-1).expand(-1, -1, masks.size(2), masks.size(3)));

    private static Tensor Upsample(Tensor logits, long side) =>
        functional.interpolate(logits, [side, side], mode: InterpolationMode.Bilinear, align_corners: false);
}

/// <summary>Which of SAM's three mask hypotheses a training step learns from.</summary>
public enum MaskSelection
{
    /// <summary>The one with the lowest mask loss (SAM's practice).</summary>
    LowestLoss,

    /// <summary>The one with the highest predicted IoU, as at prediction (SAM-Med2D's practice).</summary>
    HighestQuality,

    /// <summary>None of them: SAM's single mask is trained, and answers at prediction too (MedSAM's practice).</summary>
    SingleMask,
}
