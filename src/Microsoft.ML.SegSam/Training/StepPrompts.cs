using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Training.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Training;

// P prompts, g = S/16.

/// <summary>The prompts of a micro-batch, one for each of its objects: first ones, and corrections of what was predicted.</summary>
internal sealed class StepPrompts(SegSamNetwork network, TrainingSettings settings, MicroBatchData data, Device device)
{
    private readonly Random _random = data.Random;
    private readonly TrainingBatch _batch = data.Batch;
    private readonly PromptSimulator _simulator = new(network.Config.InputSize, data.Random);

    /// <summary>
    /// Boxes, points or, where no rounds of corrections follow, corrections; one kind for all prompts, so that they share a forward.
    /// Without a kind, as with all.
    /// </summary>
    /// <param name="visual">f_v of the micro-batch's images.</param>
    public List<Prompt> First(Tensor visual)
    {
        var (boxes, points) = (settings.FirstPrompts.HasFlag(ModelPrompts.Box), settings.FirstPrompts.HasFlag(ModelPrompts.Points));
        if (!boxes && !points)
            (boxes, points) = (true, true);
        var kinds = new List<Func<List<Prompt>>>();
        if (boxes)
            kinds.Add(Boxes);
        if (points)
            kinds.Add(Points);
        if (points && network.Config.MaskPrior && settings.Rounds == 0)
            kinds.Add(() => Corrected(visual, withBox: boxes && _random.Next(2) == 0));
        return kinds[_random.Next(kinds.Count)]();
    }

    /// <summary>Points in the error of a prediction together with its mask.</summary>
    /// <param name="mask">Logits [P,1,4g,4g].</param>
    /// <param name="maskOnly">Without points.</param>
    public List<Prompt> Next(Tensor mask, bool maskOnly)
    {
        using var scope = NewDisposeScope();
        return Corrections(mask, maskOnly ? 0 : ((int[])[1, 3, 5, 9])[_random.Next(4)]);
    }

    private List<Prompt> Boxes() => [.. _batch.Masks.Select((_, i) => new Prompt(Box(i)))];

    private List<Prompt> Points() => [.. _batch.Masks.Select(_simulator.Point)];

    private float[] Box(int i) =>
        _simulator.Jitter(_batch.Objects[i].Given.Box ?? _simulator.BoxOf(_batch.Masks[i]), settings.BoxJitter);

    // What a user gives after an answer: its mask, and points in its error; one time in three the points without the mask. Half of the
    // masks are drawn, as earlier predictions might have been, and half are what the network answers now, whose errors are its own.
    private List<Prompt> Corrected(Tensor visual, bool withBox)
    {
        var count = _simulator.DrawCorrections();
        var prompts = _random.Next(2) == 0
            ? [.. _batch.Masks.Select((mask, i) => _simulator.Corrected(mask, count, withBox ? Box(i) : null))]
            : Answered(visual, withBox ? Boxes() : Points(), count);
        return count > 0 && _random.Next(3) == 0 ? prompts.ConvertAll(prompt => prompt with { MaskLogits = null }) : prompts;
    }

    private List<Prompt> Answered(Tensor visual, List<Prompt> first, int count)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var collated = PromptCollator.Collate(first, _batch.ImageIndex, network.Config.MaskSide, device);
        var answer = network.Decode(visual, collated).BestMask().Logits;
        return [.. first.Zip(Corrections(answer, count), (before, more) => new Prompt(
            before.Box, [.. before.Points, .. more.Points], [.. before.PointLabels, .. more.PointLabels], more.MaskLogits))];
    }

    private List<Prompt> Corrections(Tensor logits, int count)
    {
        var (side, previous) = (network.Config.InputSize, logits.cpu());
        var predicted = nn.functional.interpolate(previous, [side, side], mode: InterpolationMode.Bilinear, align_corners: false)
            .gt(Arithmetic.Number(0));
        return [.. _batch.Masks.Select((mask, i) =>
        {
            var points = count == 0 ? new() : _simulator.Corrections(mask, predicted[i].contiguous().data<bool>().ToArray(), count);
            return points with { MaskLogits = previous[i].contiguous().data<float>().ToArray() };
        })];
    }
}
