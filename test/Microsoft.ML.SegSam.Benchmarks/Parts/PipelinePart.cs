using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>Scoring a data view against the model with its inputs ready, and batches against row by row.</summary>
internal static class PipelinePart
{
    private const int ImageSide = 512;

    public static void Measure(Recorder recorder)
    {
        Measure(recorder, "vit-t", "vit_t at 1024",
            Networks.Config(SegSamEncoder.VitT, recorder.IsQuick ? 256 : 1024), rows: 4, repetitions: 9);
        Measure(recorder, "tiny", "Tiny at 128", Networks.Config(SegSamEncoder.Tiny, 128), rows: 16, repetitions: 25);
    }

    private static void Measure(Recorder recorder, string name, string words, SegSamConfig config, int rows, int repetitions)
    {
        const int batchSize = 8;
        using var transformer = Networks.Transformer(config, batchSize);
        using var single = Networks.Transformer(config, batchSize: 1); // of the same weights
        var ml = new MLContext(seed: 1);
        var slices = Enumerable.Range(0, rows).Select(i => SliceRow.Create(i, ImageSide)).ToArray();
        var view = ml.Data.LoadFromEnumerable(slices);
        var batches = slices.Select(slice => Ready(slice, transformer.Model)).Chunk(batchSize).ToArray();
        var bare = () => Array.ForEach(batches, batch => transformer.Model.Predict(batch, new EmbeddingCache(capacity: 1)));

        var (together, apart) = (Seen(transformer.Transform(view)), Seen(single.Transform(view)));
        recorder.Add($"pipeline/{name}/difference",
            $"{words}: batches against row-by-row scoring, largest difference of any score",
            "", Scoring.Difference(together, apart));
        recorder.Add($"pipeline/{name}/difference/logits",
            $"{words}: the same, of any mask logit", "",
            Scoring.Difference(Scoring.Logits(transformer.Transform(view)), Scoring.Logits(single.Transform(view))));
        bare();

        var times = Timing.TakeTurns(recorder.IsQuick ? 1 : repetitions,
            Timing.Of(() => Scoring.Read(transformer.Transform(view))), Timing.Of(bare),
            Timing.Of(() => Scoring.Read(single.Transform(view))));
        recorder.Add($"pipeline/{name}/overhead",
            $"{words}, images of {ImageSide} x {ImageSide}: what scoring adds to the network",
            "share", [.. times[0].Zip(times[1], (scored, bare) => scored / bare - 1)]);
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

    private static PromptedImage Ready(SliceRow row, SegSamModel model)
    {
        var pixels = PixelImage.From(row.Image!);
        return new(pixels, NetworkImage.From(pixels, model.Config.InputSize, model.Preprocessing), new(row.Box));
    }
}
