using Microsoft.ML.SegSam.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Mean Dice of both decoders' masks over a validation set, at the network's resolution, with the rows' own prompts.</summary>
internal sealed class Validator(SegSamNetwork network, TrainingSet set, SegSamOptions options, VisualEmbeddings visuals, Device device)
{
    private readonly int _side = network.Config.InputSize;

    public double MeanDice()
    {
        using var noGrad = no_grad();
        network.eval();
        var simulator = new PromptSimulator(_side, new Random(0)); // the same prompts every time
        var sum = 0.0;
        foreach (var objects in EpochPlan.InOrder(set, options.BatchSize))
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = TrainingBatch.Read(set, objects, network.Config.PresenceTokens, new Random(0));
            var visual = visuals.Of(batch.Images);
            var prompts = batch.Objects.Select((one, i) => PromptOf(one, batch.Masks[i], simulator)).ToList();
            foreach (var group in Enumerable.Range(0, prompts.Count).GroupBy(i => PromptCollator.Kind(prompts[i])))
                sum += Dice(visual, batch, prompts, [.. group]);
        }

        return sum / (2 * set.Objects.Count);
    }

    private double Dice(Tensor visual, TrainingBatch batch, List<Prompt> prompts, int[] group)
    {
        var output = network.Decode(visual, PromptCollator.Collate(
            [.. group.Select(i => prompts[i])], [.. group.Select(i => batch.ImageIndex[i])], network.Config.MaskSide, device));
        var target = tensor(Arrays.Join([.. group.Select(i => batch.Masks[i])]), [group.Length, 1, _side, _side], device: device).to(ScalarType.Bool);
        return SumOfDice(output.BestMask().Logits, target) + SumOfDice(output.SemanticLogits, target);
    }

    private double SumOfDice(Tensor logits, Tensor target)
    {
        var mask = functional.interpolate(logits, [_side, _side], mode: InterpolationMode.Bilinear, align_corners: false).gt(Arithmetic.Number(0));
        var overlap = (mask & target).sum([1, 2, 3]).to(ScalarType.Float64);
        var sizes = mask.sum([1, 2, 3]).Plus(target.sum([1, 2, 3])).to(ScalarType.Float64);
        return (overlap.Times(2) / sizes).sum().item<double>(); // targets are never empty
    }

    private Prompt PromptOf(TrainingObject one, byte[] mask, PromptSimulator simulator) =>
        !one.Given.IsEmpty ? one.Given
        : options.BoxColumnName is not null ? new(Box: simulator.BoxOf(mask))
        : simulator.Click(mask);
}
