using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>Time and memory against the size of the work, each point in a fresh process; all relative to the first point.</summary>
internal static class GrowthPart
{
    private const int RowSide = 64, Warm = 100;

    public static void Measure(Recorder recorder, string what, int[] counts, int[] quick)
    {
        var points = (recorder.IsQuick ? quick : counts)
            .Select(count => (Count: count, Found: Child.Run(Once.Command, what, $"{count}")))
            .ToList();
        var axis = what.ToLowerInvariant();
        foreach (var (count, found) in points)
        {
            recorder.Add($"growth/{axis}/time/{count}",
                $"{axis} {count}: time relative to {points[0].Count}", "times",
                found["seconds"] / points[0].Found["seconds"]);
            recorder.Add($"growth/{axis}/memory/{count}",
                $"{axis} {count}: peak memory relative to {points[0].Count}", "times",
                found["peak"] / points[0].Found["peak"]);
        }

        // The constant part of a small point hides how large ones grow.
        var tail = points.Count > 2 ? points[^2..] : points;
        recorder.Add($"growth/{axis}/slope",
            $"{axis}, {tail[0].Count} to {tail[^1].Count}: exponent of time, 1 is linear", "",
            Statistics.Slope([.. tail.Select(point => ((double)point.Count, point.Found["seconds"]))]));
        recorder.Add($"growth/{axis}/memory-slope",
            $"{axis}, {tail[0].Count} to {tail[^1].Count}: exponent of memory, 0 is constant", "",
            Statistics.Slope([.. tail.Select(point => ((double)point.Count, point.Found["peak"]))]));
    }

    /// <summary>Encodes an image of the given side with ViT-B.</summary>
    public static void Size(string size)
    {
        using var network = Networks.Create(Networks.Config(SegSamEncoder.VitB, Once.Number(size)));
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var image = Networks.Images(1, network.Config.InputSize);
        Print(() => network.Encode(image), network.Config.InputSize > 512 ? 1 : 3);
    }

    /// <summary>So many prompts in one call at 256.</summary>
    public static void Prompts(string count) => Decode(Once.Number(count), Networks.Categories);

    /// <summary>So many categories, one prompt at 256.</summary>
    public static void Categories(string count) => Decode(1, Once.Number(count));

    /// <summary>So many rows, each with an image of its own, through the smallest network.</summary>
    public static void Rows(string count)
    {
        using var transformer = Networks.Transformer(Networks.Config(SegSamEncoder.Tiny, RowSide), batchSize: 8);
        var ml = new MLContext(seed: 1);
        var pool = Enumerable.Range(0, Warm).Select(i => SliceRow.Create(i, RowSide)).ToArray();
        void Score(int rows) =>
            Scoring.Read(transformer.Transform(ml.Data.LoadFromEnumerable(
                Enumerable.Range(0, rows).Select(i => pool[i % pool.Length]))));
        Score(Warm);
        Print(() => Score(Once.Number(count)), repetitions: 1);
    }

    private static void Decode(int prompts, int categories)
    {
        const int size = 256;
        using var network = Networks.Create(Networks.DecoderOnly(size, categories));
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var visual = Networks.Normal(4, 1, network.Config.Width, network.Config.Grid, network.Config.Grid);
        var boxes = Networks.Boxes(prompts, size);
        Timing.Seconds(() => network.DecodeInChunks(visual, boxes));
        Print(() => network.DecodeInChunks(visual, boxes), repetitions: prompts > 64 ? 3 : 9);
    }

    private static void Print(Action work, int repetitions)
    {
        Child.Print("seconds", Statistics.Median(Timing.TakeTurns(repetitions, Timing.Of(work))[0]));
        Child.Print("peak", ProcessMemory.Peak);
    }
}
