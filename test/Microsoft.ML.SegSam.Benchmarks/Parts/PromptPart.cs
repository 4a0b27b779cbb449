using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Benchmarks.Plain;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>Several prompts about one encoded image in one call, against the plain form one by one.</summary>
internal static class PromptPart
{
    private const double Agreement = 1e-3;

    public static void Measure(Recorder recorder)
    {
        var (size, repetitions) = recorder.IsQuick ? (256, 3) : (1024, 7);
        using var network = Networks.Create(Networks.DecoderOnly(size));
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var plain = new PlainDecoder(network);
        var visual = Networks.Normal(4, 1, network.Config.Width, network.Config.Grid, network.Config.Grid);
        var one = Networks.Boxes(1, size);
        Compare(recorder, network.DecodeInChunks(visual, one), plain.Decode(visual, one));
        plain.DecodeSam(visual, one);

        var times = Timing.TakeTurns(repetitions,
            Timing.Of(() => network.DecodeInChunks(visual, one)),
            Timing.Of(() => plain.Decode(visual, one)),
            Timing.Of(() => plain.DecodeSam(visual, one)));
        recorder.AddRatio("prompts/1/plain", $"one prompt at {size}, times faster than the plain form", times[1], times[0]);
        recorder.AddRatio("prompts/1/sam",
            $"one prompt at {size}, times faster than the plain form of SAM's decoder alone, which predicts no categories",
            times[2], times[0]);
        foreach (var count in (int[])[8, 64])
            Several(recorder, network, plain, visual, count, Math.Max(1, repetitions / (count == 64 ? 3 : 1)));
    }

    private static void Several(Recorder recorder, SegSamNetwork network, PlainDecoder plain, Tensor visual, int count, int repetitions)
    {
        var size = network.Config.InputSize;
        var (all, each) = (Networks.Boxes(count, size), Enumerable.Range(0, 4).Select(_ => Networks.Boxes(1, size)).ToArray());
        using (NewDisposeScope())
            network.DecodeInChunks(visual, all);
        var times = Timing.TakeTurns(repetitions,
            Timing.Of(() => network.DecodeInChunks(visual, all)),
            () => each.Average(one => Timing.Seconds(() => network.DecodeInChunks(visual, one))),
            () => each.Average(one => Timing.Seconds(() => plain.Decode(visual, one))));
        var marginal = times[0].Zip(times[1], (together, single) => (together - single) / (count - 1)).ToArray();
        recorder.AddRatio($"prompts/{count}/marginal",
            $"{count} prompts in one call: each additional one, share of a call with one",
            marginal, times[1], "share");
        recorder.Add($"prompts/{count}/plain",
            $"{count} prompts in one call, times faster than the plain form one by one",
            "times", [.. times[0].Zip(times[2], (together, single) => count * single / together)]);
    }

    private static void Compare(Recorder recorder, SegSamOutput ours, SegSamOutput plain)
    {
        var difference = new[]
        {
            (ours.MaskLogits, plain.MaskLogits),
            (ours.PredictedIoUs, plain.PredictedIoUs),
            (ours.SemanticLogits, plain.SemanticLogits),
            (ours.ClassLogits, plain.ClassLogits),
            (ours.PresenceLogits, plain.PresenceLogits),
        }.Max(pair => Networks.Difference(pair.Item1, pair.Item2));
        recorder.AddDifference("prompts/difference", "largest difference from the plain form", difference, Agreement);
    }
}
