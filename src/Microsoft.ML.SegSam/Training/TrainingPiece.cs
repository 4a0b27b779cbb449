using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Some images of a training step with their objects, computed on one thread: the first prompts, then rounds of corrections.</summary>
/// <param name="share">The piece's part of the step's objects: what its mean loss weighs in the step's.</param>
internal sealed class TrainingPiece(
    SegSamNetwork network, SegSamOptions options, VisualEmbeddings visuals, Device device,
    TrainingSet set, StepPiece read, double share) : IDisposable
{
    private readonly SegSamLoss _loss = new(options);
    private readonly Random _random = read.Random;
    private readonly TrainingBatch _batch = read.Batch;
    private LossTargets? _targets;
    private Tensor? _visual, _answer;

    /// <summary>The piece's share of the step's loss and of its parts.</summary>
    public double Loss { get; private set; }

    /// <inheritdoc cref="Loss"/>
    public double[] LossParts { get; private set; } = [];

    public int DroppedOthers => _batch.DroppedOthers;

    /// <summary>Computes losses and adds gradients of one round; round 0 encodes the images, later ones correct the answer before.</summary>
    public void Compute(int round, Gradients gradients)
    {
        using var scope = NewDisposeScope();
        if (round == 0)
            Begin();
        var prompts = round == 0 ? FirstPrompts() : Corrections(maskOnly: round == options.Rounds);
        var output = network.Decode(_visual!, PromptCollator.Collate(prompts, _batch.ImageIndex, network.Config.MaskSide, device));
        if (!IsFinite(output.ClassLogits) || !IsFinite(output.PresenceLogits))
        {
            Loss = double.NaN; // which ends the run; no category could be matched to a token
            return;
        }

        var result = _loss.Compute(output, _targets!);
        gradients.Add(result.Total.Times(share));
        Loss = share * result.Total.item<float>();
        LossParts = [.. result.Parts.Select(part => share * part.Value.item<float>())];
        if (round == options.Rounds)
            Dispose();
        else
            Keep(round, result.ChosenMask);
    }

    /// <summary>Frees what the rounds share; the last of them does so by itself.</summary>
    public void Dispose()
    {
        foreach (var tensor in Shared().Append(_answer))
            tensor?.Dispose();
    }

    private void Begin()
    {
        var config = network.Config;
        _targets = _batch.ToTargets(set, config.InputSize, config.CategoryCount, device);
        _visual = visuals.Of(_batch);
    }

    // What the next round needs outlives this round's scope; the graph behind the embedding does not.
    private void Keep(int round, Tensor answer)
    {
        _answer?.Dispose();
        _answer = answer.detach().DetachFromDisposeScope();
        if (round > 0)
            return;
        _visual = _visual!.detach();
        foreach (var tensor in Shared())
            tensor!.DetachFromDisposeScope();
    }

    private static bool IsFinite(Tensor logits) => logits.isfinite().all().item<bool>();

    private Tensor?[] Shared() => [_targets?.Masks, _targets?.Categories, _targets?.LabelSets, _visual];

    // Boxes and clicks as the named columns allow, one kind for the whole piece; each half of the time where both do.
    private List<Prompt> FirstPrompts()
    {
        var simulator = new PromptSimulator(network.Config.InputSize, _random);
        var (boxes, clicks) = (options.BoxColumnName is not null, options.PointsColumnName is not null);
        var useBoxes = boxes == clicks ? _random.Next(2) == 0 : boxes;
        return [.. _batch.Masks.Select((mask, i) => useBoxes
            ? new Prompt(Box: simulator.Jitter(_batch.Objects[i].Given.Box ?? simulator.BoxOf(mask), options.BoxJitter))
            : simulator.Click(mask))];
    }

    // Clicks into the error together with the previous mask; the last round gives the mask alone.
    private List<Prompt> Corrections(bool maskOnly)
    {
        using var scope = NewDisposeScope();
        var side = network.Config.InputSize;
        var simulator = new PromptSimulator(side, _random);
        var count = ((int[])[1, 3, 5, 9])[_random.Next(4)];
        var previous = _answer!.cpu();
        var predicted = nn.functional.interpolate(previous, [side, side], mode: InterpolationMode.Bilinear, align_corners: false).gt(Arithmetic.Number(0));
        return [.. _batch.Masks.Select((mask, i) =>
        {
            var clicks = maskOnly ? new Prompt() : simulator.Corrections(mask, predicted[i].contiguous().data<bool>().ToArray(), count);
            return new Prompt(Points: clicks.Points, PointLabels: clicks.PointLabels, MaskLogits: previous[i].contiguous().data<float>().ToArray());
        })];
    }
}
