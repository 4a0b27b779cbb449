using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>Scoring a data view against calling the bare network with the inputs ready, and batches against row by row.</summary>
internal static class PipelinePart
{
    private const int ImageSide = 512;

    public static void Measure(Recorder recorder)
    {
        if (!recorder.IsQuick)
            Measure(recorder, "vit-b", "ViT-B at 256", Networks.Config(SegSamEncoder.VitB, 256), rows: 16, repetitions: 15);
        Measure(recorder, "tiny", "Tiny at 128", Networks.Config(SegSamEncoder.Tiny, 128),
            rows: 16, repetitions: recorder.IsQuick ? 1 : 25);
    }

    private static void Measure(Recorder recorder, string name, string words, SegSamConfig config, int rows, int repetitions)
    {
        const int batchSize = 8;
        var usesBFloat16 = Networks.UsesBFloat16(config);
        recorder.Note($"{words}: the encoder computes in {(usesBFloat16 ? "bfloat16, image by image" : "float32, in batches")}, "
            + "in the pipeline and in the bare network.");
        using var transformer = Networks.Transformer(config, batchSize);
        using var single = Networks.Transformer(config, batchSize: 1); // of the same weights
        var ml = new MLContext(seed: 1);
        var slices = Enumerable.Range(0, rows).Select(i => SliceRow.Create(i, ImageSide)).ToArray();
        var view = ml.Data.LoadFromEnumerable(slices);
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var batches = slices.Chunk(batchSize).Select(chunk => Inputs(chunk, config)).ToArray();
        var network = transformer.Model.Network;
        void Bare(Tensor images, PromptTensors prompts, bool together)
        {
            using var inner = NewDisposeScope();
            Tensor visual;
            using (MixedPrecision.Use(usesBFloat16))
                visual = together ? network.Encode(images) : cat([.. images.split(1).Select(network.Encode)]);
            network.DecodeInChunks(visual, prompts).BestMask();
        }

        // In bfloat16 the pipeline encodes image by image, so that answers do not depend on the batch.
        Action Network(bool together) => () => Array.ForEach(batches, batch => Bare(batch.Images, batch.Prompts, together));

        var (together, apart) = (Seen(transformer.Transform(view)), Seen(single.Transform(view)));
        recorder.Add($"pipeline/{name}/difference",
            $"{words}: batches against row-by-row scoring, largest difference of any score",
            "", Scoring.Difference(together, apart));
        recorder.Add($"pipeline/{name}/difference/logits",
            $"{words}: the same, of any mask logit", "",
            Scoring.Difference(Scoring.Logits(transformer.Transform(view)), Scoring.Logits(single.Transform(view))));
        Network(together: true)();
        Network(together: false)();

        var times = Timing.TakeTurns(repetitions,
            Timing.Of(() => Scoring.Read(transformer.Transform(view))),
            Timing.Of(Network(together: !usesBFloat16)),
            Timing.Of(() => Scoring.Read(single.Transform(view))),
            Timing.Of(Network(together: usesBFloat16)));
        recorder.Add($"pipeline/{name}/overhead",
            $"{words}, images of {ImageSide} x {ImageSide}: what scoring adds to the bare network",
            "share", [.. times[0].Zip(times[1], (scored, bare) => scored / bare - 1)]);
        var (inBatches, apiece) = usesBFloat16 ? (times[3], times[1]) : (times[1], times[3]);
        recorder.AddRatio($"pipeline/{name}/encoding",
            $"{words}: the bare network with {batchSize} images encoded together, times faster than one by one",
            apiece, inBatches);
        recorder.AddRatio($"pipeline/{name}/batches", $"{words}: batches of {batchSize}, times faster than row by row", times[2], times[0]);

        var before = transformer.Model.Work.Images;
        Scoring.Read(transformer.Transform(ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, rows)
                .Select(i => new SliceRow { Image = slices[0].Image, Box = slices[i].Box }))));
        recorder.Add($"pipeline/{name}/encodings",
            $"{words}: encodings for {rows} rows of one image", "", transformer.Model.Work.Images - before);
    }

    private static List<float[]> Seen(IDataView scored)
    {
        var seen = new List<float[]>();
        Scoring.Read(scored, seen.Add);
        return seen;
    }

    private static (Tensor Images, PromptTensors Prompts) Inputs(SliceRow[] rows, SegSamConfig config)
    {
        var scale = (float)config.InputSize / ImageSide;
        var boxes = rows.SelectMany(row => row.Box!.Select(value => value * scale)).ToArray();
        return (
            Networks.Images(rows.Length, config.InputSize),
            new(arange(rows.Length, ScalarType.Int64), Boxes: tensor(boxes, [rows.Length, 4])));
    }
}
