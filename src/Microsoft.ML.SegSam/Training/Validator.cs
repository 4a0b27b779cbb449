using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Training.Data;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Measures a network on a validation set, at the network's resolution, with the rows' own prompts.</summary>
internal sealed class Validator(SegSamNetwork network, TrainingSet set, TrainingSettings settings, VisualEmbeddings visuals, Device device)
{
    private const double PresenceThreshold = 0.5; // as in the evaluation's F1

    private readonly int _side = network.Config.InputSize;
    private double _binary, _mask, _semantic, _right; // sums over the objects
    private long _hits, _claimsAndTruths; // pairs of object and other category

    /// <summary>Every measure; none is ever NaN.</summary>
    public Dictionary<ValidationMetric, double> Measure()
    {
        using var noGrad = no_grad();
        network.eval();
        _binary = _mask = _semantic = _right = 0;
        _hits = _claimsAndTruths = 0;
        var simulator = new PromptSimulator(_side, new Random(0)); // the same prompts every time
        foreach (var objects in EpochPlan.InOrder(set, settings.ValidationBatchSize))
        {
            settings.CancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = TrainingBatch.Read(set, objects, network.Config.PresenceTokens, new Random(0));
            var visual = visuals.Of(batch.Images);
            var prompts = batch.Objects.Select((prompted, i) => PromptOf(prompted, batch.Masks[i], simulator)).ToList();
            var parts = settings.Zooms ? [.. objects.Select((index, i) => PartOf(index, prompts[i]))] : new RegionBox?[objects.Count];
            var classes = new Tensor[prompts.Count]; // [K] for each object, of the first look
            foreach (var group in Enumerable.Range(0, prompts.Count).GroupBy(i => PromptCollator.Kind(prompts[i])))
            {
                var output = Decode(visual, batch, prompts, [.. group]);
                AddPresence(output.PresenceScores(), objects, [.. group]);
                var scores = ClassScores(output);
                AddMasks(output, scores, batch, [.. group], i => parts[i] is null);
                foreach (var (row, i) in group.Index())
                    classes[i] = scores[row];
            }

            foreach (var closer in Enumerable.Range(0, parts.Length).Where(i => parts[i] is not null).Chunk(settings.ValidationBatchSize))
            {
                AddCloser([.. closer.Select(i => TrainingImage.Closer(set, objects[i], parts[i]!.Value))],
                    stack(closer.Select(i => classes[i])), simulator);
            }
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

    private SegSamOutput Decode(Tensor visual, TrainingBatch batch, List<Prompt> prompts, int[] group) =>
        network.DecodeInChunks(visual, PromptCollator.Collate(
            [.. group.Select(i => prompts[i])], [.. group.Select(i => batch.ImageIndex[i])], network.Config.MaskSide, device));

    // Closer looks, as at prediction; the whole image has answered for presence, and for the classes in part.
    private void AddCloser(IReadOnlyList<TrainingImage> images, Tensor firstClasses, PromptSimulator simulator)
    {
        using var scope = NewDisposeScope();
        var batch = TrainingBatch.Of(images, network.Config.PresenceTokens, new Random(0), withPixels: true);
        var prompts = batch.Objects.Select((prompted, i) => new Prompt(prompted.Given.Box ?? simulator.BoxOf(batch.Masks[i]))).ToList();
        int[] all = [.. Enumerable.Range(0, prompts.Count)];
        var output = Decode(visuals.Of(batch), batch, prompts, all);
        AddMasks(output, ClassScores(output).Plus(firstClasses), batch, all, _ => true);
    }

    // Probabilities: [n,K].
    private Tensor ClassScores(SegSamOutput output) => output.ClassLogits.narrow(-1, 0, network.Config.CategoryCount).softmax(-1);

    private void AddMasks(SegSamOutput output, Tensor classes, TrainingBatch batch, int[] group, Func<int, bool> counts)
    {
        var target = tensor(Arrays.Join([.. group.Select(i => batch.Masks[i])]), [group.Length, 1, _side, _side], device: device)
            .to(ScalarType.Bool);
        var category = tensor(group.Select(i => (long)batch.Objects[i].Category).ToArray(), device: device);
        var counted = tensor(group.Select(i => counts(i) ? 1.0 : 0.0).ToArray(), device: device);
        var mask = Dice(output.SemanticLogits, target) * counted;
        var isRight = classes.argmax(-1).eq(category).to(ScalarType.Float64) * counted;
        _binary += Sum(Dice(output.BestMask().Logits, target) * counted);
        _mask += Sum(mask);
        _semantic += Sum(mask * isRight); // a mask of the wrong category counts 0
        _right += Sum(isRight);
    }

    private RegionBox? PartOf(int index, Prompt prompt) =>
        set.Objects[index] is { Detail: { } detail } item && prompt.Box is not null && set.DetailSizeOf(item.Image) is var (height, width)
            ? Zoom.Around(detail.GivenBox ?? [detail.Box.X0, detail.Box.Y0, detail.Box.X1, detail.Box.Y1], [], height, width) : null;

    // F1 over all pairs of an object and a category other than its own.
    private void AddPresence(Tensor scores, IReadOnlyList<int> objects, int[] group)
    {
        var categories = network.Config.CategoryCount;
        var claimed = scores.gt(Arithmetic.Number(PresenceThreshold)).cpu().contiguous().data<bool>().ToArray();
        foreach (var (row, i) in group.Index())
        {
            var own = set.Objects[objects[i]].Category;
            var truth = set.OthersOf(objects[i]).Where(category => category != own).ToHashSet();
            var claims = Enumerable.Range(0, categories)
                .Where(category => category != own && claimed[row * categories + category]).ToList();
            _hits += claims.Count(truth.Contains);
            _claimsAndTruths += claims.Count + truth.Count;
        }
    }

    /// <summary>The Dice of each mask: [n]. Targets are never empty.</summary>
    private Tensor Dice(Tensor logits, Tensor target)
    {
        var mask = functional.interpolate(logits, [_side, _side], mode: InterpolationMode.Bilinear, align_corners: false)
            .gt(Arithmetic.Number(0));
        var overlap = (mask & target).sum([1, 2, 3]).to(ScalarType.Float64);
        var sizes = mask.sum([1, 2, 3]).Plus(target.sum([1, 2, 3])).to(ScalarType.Float64);
        return overlap.Times(2) / sizes;
    }

    private static double Sum(Tensor values) => values.sum().item<double>();

    private Prompt PromptOf(TrainingObject prompted, byte[] mask, PromptSimulator simulator) =>
        !prompted.Given.IsEmpty ? prompted.Given
        : settings.FirstPrompts.HasFlag(ModelPrompts.Box) ? new(Box: simulator.BoxOf(mask))
        : simulator.Point(mask);
}
