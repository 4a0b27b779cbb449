using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Network;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>From the start of a process to the answer for one image file and one box: what a user at a laptop waits for.</summary>
internal static class LitePart
{
    private const int ImageSide = 1024;

    public static void Measure(Recorder recorder)
    {
        var folder = Directory.CreateTempSubdirectory("segsam-lite-");
        try
        {
            var image = Path.Combine(folder.FullName, "image.png");
            SliceRow.Picture(1, ImageSide).Save(image);
            Func<double> Answer(string name, SegSamEncoder encoder, int size)
            {
                var model = Path.Combine(folder.FullName, name + ".zip");
                Save(model, encoder, size);
                return () => Timing.Seconds(() => Child.Run(Once.Command, nameof(Predict), $"{model}|{image}"));
            }

            Func<double>[] works =
            [
                () => Timing.Seconds(() => Child.Run(Once.Command, nameof(Nothing), "")),
                Answer("vit_t-256", SegSamEncoder.VitT, 256),
                Answer("vit_t-1024", SegSamEncoder.VitT, 1024),
                Answer("vit_b-256", SegSamEncoder.VitB, 256),
            ];
            foreach (var work in works)
                work();
            var times = Timing.TakeTurns(recorder.IsQuick ? 1 : 7, works);
            recorder.AddRatio("lite/vit-t-256/start",
                "vit_t at 256, from file to prediction with process start, "
                + "relative to the bare start of a .NET process",
                times[1], times[0]);
            recorder.AddRatio("lite/vit-t-1024/start", "vit_t at 1024, the same", times[2], times[0]);
            recorder.AddRatio("lite/vit-t-256/vit-b", "vit_t at 256, times faster than ViT-B at 256 end to end", times[3], times[1]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static void Nothing(string _)
    {
    }

    /// <param name="paths">A saved model and an image, with a bar between.</param>
    public static void Predict(string paths)
    {
        var (model, image) = (paths.Split('|')[0], paths.Split('|')[1]);
        var ml = new MLContext(seed: 1);
        SegSamTransformer.RegisterImageType();
        var transformer = ml.Model.Load(model, out DataViewSchema _);
        SliceRow[] rows = [new() { Image = MLImage.CreateFromFile(image), Box = Networks.Box(1, ImageSide) }];
        Scoring.Read(transformer.Transform(ml.Data.LoadFromEnumerable(rows)));
    }

    private static void Save(string path, SegSamEncoder encoder, int size)
    {
        var ml = new MLContext(seed: 1);
        using var transformer = Networks.Transformer(Networks.Config(encoder, size), batchSize: 1);
        ml.Model.Save(transformer, ml.Data.LoadFromEnumerable<SliceRow>([]).Schema, path);
    }
}
