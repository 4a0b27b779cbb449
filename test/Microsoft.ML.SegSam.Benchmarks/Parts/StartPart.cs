using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Onnx;
using SampleKit;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>From the start of a process to the answer for one image file and one box: what a user waits for.</summary>
internal static class StartPart
{
    private const int ImageSide = 1024, Size = 256;

    public static void Measure(Recorder recorder)
    {
        var folder = Directory.CreateTempSubdirectory("segsam-start-");
        try
        {
            string In(string name) => Path.Combine(folder.FullName, name);
            var (image, mobile) = (In("image.png"), In("vit_t.zip"));
            SliceRow.Picture(1, ImageSide).Save(image);
            using (var transformer = Networks.Transformer(Networks.Config(SegSamEncoder.VitT, Size), batchSize: 1))
            {
                var ml = new MLContext(seed: 1);
                ml.Model.Save(transformer, ml.Data.LoadFromEnumerable<SliceRow>([]).Schema, mobile);
                OnnxPeer.Save(transformer.Model, In("onnx"));
            }

            var box = string.Join(',', Networks.Box(1, ImageSide).Select(value => Statistics.Plain(value)));
            var segsam = Path.Combine(AppContext.BaseDirectory, "SegSam.Cli.dll");
            Func<double>[] works =
            [
                () => Timing.Seconds(() => Child.RunProgram(segsam, "predict", ShippedModel.Find(), image, "--box", box)),
                () => Timing.Seconds(() => Child.RunProgram(segsam, "predict", mobile, image, "--box", box)),
                () => Timing.Seconds(() => Child.Run(Once.Command, nameof(PredictByOnnxRuntime), $"{In("onnx")}|{image}")),
                () => Timing.Seconds(() => Child.Run(Once.Command, nameof(Nothing), "")),
            ];
            foreach (var work in works)
                work();
            var times = Timing.TakeTurns(recorder.IsQuick ? 1 : 7, works);
            recorder.AddPeers("start/mini",
                "from process start to a named mask, segsam predict with segsam-mini; "
                + $"ONNX Runtime: MobileSAM's network at {Size}, no name",
                times[0], onnx: times[2]);
            recorder.AddPeers("start/vit-t", $"the same with vit_t at {Size}", times[1], onnx: times[2]);
            recorder.Add("start/nothing", "the bare start of a .NET process", "ms", [.. times[3].Select(time => 1000 * time)]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static void Nothing(string _)
    {
    }

    /// <summary>Loads the encoder and SAM's decoder, reads the image, and predicts a mask of a box.</summary>
    /// <param name="paths">A folder with the graphs and an image, with a bar between.</param>
    public static void PredictByOnnxRuntime(string paths)
    {
        var (folder, path) = (paths.Split('|')[0], paths.Split('|')[1]);
        using var encoder = new InferenceSession(Path.Combine(folder, OnnxFolder.EncoderFile));
        using var decoder = new InferenceSession(Path.Combine(folder, OnnxFolder.DecoderFile));
        using var picture = MLImage.CreateFromFile(path);
        var pixels = picture.GetBGRPixels;
        var input = new float[3 * Size * Size];
        for (var i = 0; i < Size * Size; i++) // the nearest pixel: what is drawn on does not count here
        {
            var from = 3 * (i / Size * ImageSide / Size * ImageSide + i % Size * ImageSide / Size);
            for (var channel = 0; channel < 3; channel++)
                input[channel * Size * Size + i] = (pixels[from + 2 - channel] - 120f) / 58;
        }

        using var options = new RunOptions();
        using var image = OnnxPeer.Value(input, 1, 3, Size, Size);
        using var embeddings = encoder.Run(options, [OnnxModels.Image], [image], [OnnxModels.Embeddings]);
        var config = Networks.Config(SegSamEncoder.VitT, Size);
        var inputs = OnnxPeer.Inputs(config, embeddings[0].GetTensorDataAsSpan<float>().ToArray(), Networks.Box(1, Size));
        using var masks = decoder.Run(
            options, [.. inputs.Select(item => item.Name)], [.. inputs.Select(item => item.Value)], [OnnxModels.LowResMasks]);
        if (!masks[0].GetTensorDataAsSpan<float>().ContainsAnyExcept(0f))
            throw new InvalidOperationException("The mask is empty.");
    }
}
