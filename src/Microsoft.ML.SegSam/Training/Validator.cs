using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Measures of a validation set, at the network's resolution, with the rows' own prompts; always in float32, as at prediction.</summary>
internal sealed class Validator(SegSamNetwork network, TrainingSet set, SegSamOptions options, VisualEmbeddings visuals, Device device)
{
    private const double PresenceThreshold = 0.5; // as in the evaluation's F1

    private readonly int _side = network.Config.InputSize;
    private double _binary, _mask, _semantic, _right;
    private long _hits, _claimsAndTruths;

    /// <summary>Every measure; none is ever NaN.</summary>
    public Dictionary<ValidationMetric, double> Measure()
    {
        using var noGrad = no_grad();
        network.eval();
        (_binary, _mask, _semantic, _right, _hits, _claimsAndTruths) = (0, 0, 0, 0, 0, 0);
        var simulator = new PromptSimulator(_side, new Random(0)); // the same prompts every time
        foreach (var objects in EpochPlan.InOrder(set, options.BatchSize))
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = TrainingBatch.Read(set, objects, network.Config.PresenceTokens, new Random(0));
            var visual = visuals.Of(batch.Images);
            var prompts = batch.Objects.Select((one, i) => PromptOf(one, batch.Masks[i], simulator)).ToList();
            foreach (var group in Enumerable.Range(0, prompts.Count).GroupBy(i => PromptCollator.Kind(prompts[i])))
                Add(visual, batch, objects, prompts, [.. group]);
        }

        double count = set.Objects.Count;
        return new()
        {
            [ValidationMetric.MeanDice] = (_binary + _mask) / (2 * count),
            [ValidationMetric.BinaryDice] = _binary / count,
            [ValidationMetric.SemanticDice] = _semantic / count,
            [ValidationMetric.ClassAccuracy] = _right / count,
            [ValidationMetric.PresenceF1] = _claimsAndTruths == 0 ? 1 : 2.0 * _hits / _claimsAndTruths,
        };
    }

    private void Add(Tensor visual, TrainingBatch batch, IReadOnlyList<int> objects, List<Prompt> prompts, int[] group)
    {
        var output = network.DecodeInChunks(visual, PromptCollator.Collate(
            [.. group.Select(i => prompts[i])], [.. group.Select(i => batch.ImageIndex[i])], network.Config.MaskSide, device));
        var target = tensor(Arrays.Join([.. group.Select(i => batch.Masks[i])]), [group.Length, 1, _side, _side], device: device).to(ScalarType.Bool);
        var category = tensor(group.Select(i => (long)batch.Objects[i].Category).ToArray(), device: device);
        var mask = Dice(output.SemanticLogits, target);
        var isRight = output.ClassLogits.narrow(-1, 0, network.Config.CategoryCount).argmax(-1).eq(category).to(ScalarType.Float64);
        _binary += Sum(Dice(output.BestMask().Logits, target));
        _mask += Sum(mask);
        _semantic += Sum(mask * isRight); // a mask that carries a wrong category is a miss
        _right += Sum(isRight);
        AddPresent(output.PresenceScores(), objects, group);
    }

    // F1 over all pairs (object, category), the object's own category left out.
    private void AddPresent(Tensor scores, IReadOnlyList<int> objects, int[] group)
    {
        var categories = network.Config.CategoryCount;
        var claimed = scores.gt(Arithmetic.Number(PresenceThreshold)).cpu().contiguous().data<bool>().ToArray();
        foreach (var (row, i) in group.Index())
        {
            var own = set.Objects[objects[i]].Category;
            var truth = set.OthersOf(objects[i]).Where(category => category != own).ToHashSet();
            var claims = Enumerable.Range(0, categories).Where(category => category != own && claimed[row * categories + category]).ToList();
            _hits += claims.Count(truth.Contains);
            _claimsAndTruths += claims.Count + truth.Count;
        }
    }

    /// <summary>Of each mask: [n]. Targets are never empty.</summary>
    private Tensor Dice(Tensor logits, Tensor target)
    {
        var mask = functional.interpolate(logits, [_side, _side], mode: InterpolationMode.Bilinear, align_corners: false).gt(Arithmetic.Number(0));
        var overlap = (mask & target).sum([1, 2, 3]).to(ScalarType.Float64);
        var sizes = mask.sum([1, 2, 3]).Plus(target.sum([1, 2, 3])).to(ScalarType.Float64);
        return overlap.Times(2) / sizes;
    }

    private static double Sum(Tensor values) => values.sum().item<double>();

    private Prompt PromptOf(TrainingObject one, byte[] mask, PromptSimulator simulator) =>
        !one.Given.IsEmpty ? one.Given
        : options.BoxColumnName is not null ? new(Box: simulator.BoxOf(mask))
        : simulator.Click(mask);
}
