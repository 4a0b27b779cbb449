using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Training.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>The part of a training step that one thread computes at once: the first prompts, then rounds of corrections.</summary>
/// <param name="share">Its part of the step's prompts: the weight of its mean loss in the step's.</param>
internal sealed class MicroBatch(
    SegSamNetwork network, TrainingSettings settings, VisualEmbeddings visuals, Device device,
    TrainingSet set, MicroBatchData data, double share) : IDisposable
{
    private readonly SegSamLoss _loss = new(settings.LossWeights);
    private readonly Random _random = data.Random;
    private readonly TrainingBatch _batch = data.Batch;
    private LossTargets? _targets;
    private Tensor? _visual, _mask; // _mask: logits predicted in the previous round

    /// <summary>Its share of the step's loss.</summary>
    public double Loss { get; private set; }

    /// <summary>Its share of the parts of the step's loss.</summary>
    public double[] LossParts { get; private set; } = [];

    public int DroppedOthers => _batch.DroppedOthers;

    /// <summary>
    /// Computes the losses and adds the gradients of one round: round 0 encodes the images, later rounds correct the predicted masks.
    /// </summary>
    public void Compute(int round, Gradients gradients)
    {
        using var scope = NewDisposeScope();
        if (round == 0)
            Begin();
        var prompts = round == 0 ? FirstPrompts() : Corrections(maskOnly: round == settings.Rounds && round > 1);
        var output = network.Decode(_visual!, PromptCollator.Collate(prompts, _batch.ImageIndex, network.Config.MaskSide, device));
        if (!IsFinite(output.ClassLogits) || !IsFinite(output.PresenceLogits))
        {
            Loss = double.NaN; // which ends the run; no category could be assigned to a token
            return;
        }

        var result = _loss.Compute(output, _targets!);
        gradients.Add(result.Total.Times(share));
        Loss = share * result.Total.item<float>();
        LossParts = [.. result.Parts.Select(part => share * part.Value.item<float>())];
        if (round == settings.Rounds)
            Dispose();
        else
            Keep(round, result.ChosenMask);
    }

    /// <summary>Frees what the rounds share; after the last round that has happened already.</summary>
    public void Dispose()
    {
        foreach (var tensor in Shared().Append(_mask))
            tensor?.Dispose();
    }

    private void Begin()
    {
        var config = network.Config;
        _targets = _batch.ToTargets(set, config.InputSize, config.CategoryCount, device);
        _visual = visuals.Of(_batch);
    }

    // What the next round needs outlives this round's scope; the graph behind the embedding does not.
    private void Keep(int round, Tensor mask)
    {
        _mask?.Dispose();
        _mask = mask.detach().DetachFromDisposeScope();
        if (round > 0)
            return;
        _visual = _visual!.detach();
        foreach (var tensor in Shared())
            tensor!.DetachFromDisposeScope();
    }

    private static bool IsFinite(Tensor logits) => logits.isfinite().all().item<bool>();

    private Tensor?[] Shared() => [_targets?.Masks, _targets?.Categories, _targets?.Rivals, _targets?.LabelSets, _visual];

    // One kind for all prompts, so that they share a forward. Without a kind, as with all.
    private List<Prompt> FirstPrompts()
    {
        var simulator = new PromptSimulator(network.Config.InputSize, _random);
        var (boxes, points) = (settings.FirstPrompts.HasFlag(ModelPrompts.Box), settings.FirstPrompts.HasFlag(ModelPrompts.Points));
        if (!boxes && !points)
            (boxes, points) = (true, true);
        var isSimulated = points && network.Config.MaskPrior && settings.Rounds == 0;
        var kinds = new List<Func<byte[], int, Prompt>>();
        if (boxes)
            kinds.Add((_, i) => new(Box(i)));
        if (points)
            kinds.Add((mask, _) => simulator.Point(mask));
        if (isSimulated)
        {
            var (corrections, withBox) = (simulator.DrawCorrections(), boxes && _random.Next(2) == 0);
            kinds.Add((mask, i) => simulator.Corrected(mask, corrections, withBox ? Box(i) : null));
            if (boxes)
                kinds.Add(kinds[0]); // half of the time, as beside points alone
        }

        var kind = kinds[_random.Next(kinds.Count)];
        return [.. _batch.Masks.Select(kind)];

        float[] Box(int i) => simulator.Jitter(_batch.Objects[i].Given.Box ?? simulator.BoxOf(_batch.Masks[i]), settings.BoxJitter);
    }

    // Points in the error together with the predicted mask; the last of several rounds gives the mask alone.
    private List<Prompt> Corrections(bool maskOnly)
    {
        using var scope = NewDisposeScope();
        var side = network.Config.InputSize;
        var simulator = new PromptSimulator(side, _random);
        var count = ((int[])[1, 3, 5, 9])[_random.Next(4)];
        var previous = _mask!.cpu();
        var predicted = nn.functional.interpolate(previous, [side, side], mode: InterpolationMode.Bilinear, align_corners: false)
            .gt(Arithmetic.Number(0));
        return [.. _batch.Masks.Select((mask, i) =>
        {
            var points = maskOnly ? new Prompt() : simulator.Corrections(mask, predicted[i].contiguous().data<bool>().ToArray(), count);
            return points with { MaskLogits = previous[i].contiguous().data<float>().ToArray() };
        })];
    }
}
