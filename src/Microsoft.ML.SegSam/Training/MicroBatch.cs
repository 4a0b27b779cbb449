using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Training.Data;
using Microsoft.ML.SegSam.Training.Optimization;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>The part of a training step that one thread computes at once: the first prompts, then rounds of corrections.</summary>
/// <param name="share">Its part of the step's prompts: the weight of its mean loss in the step's.</param>
internal sealed class MicroBatch(
    SegSamNetwork network, TrainingSettings settings, VisualEmbeddings visuals, Device device,
    TrainingSet set, MicroBatchData data, double share) : IDisposable
{
    private readonly SegSamLoss _loss = new(settings.LossWeights);
    private readonly StepPrompts _prompts = new(network, settings, data, device);
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
        var prompts = round == 0 ? _prompts.First(_visual!) : _prompts.Next(_mask!, maskOnly: round == settings.Rounds && round > 1);
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
}
