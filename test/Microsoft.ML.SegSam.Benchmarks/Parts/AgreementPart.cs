using FineTune;
using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Phantoms;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>Masks of real images with the encoder in bfloat16 against those in float32.</summary>
/// <remarks>
/// No published weights are at hand here. A ViT-B of random weights stays as it is, as deep and wide as the real one; only the decoders learn, on
/// phantoms, so that masks have outlines. libtorch computes bfloat16 on any processor, only slower: the figure can be had everywhere.
/// </remarks>
internal static class AgreementPart
{
    private const int InputSize = 256, Seed = 1;

    public static void Measure(Recorder recorder)
    {
        var shared = Environment.GetEnvironmentVariable("SEGSAM_SHARED") ?? Path.Combine("..", "shared");
        var data = Path.Combine(shared, "data");
        if (!Directory.Exists(data))
        {
            recorder.Note($"Not measured: no real images at {data}; SEGSAM_SHARED names the folder that holds 'data'.");
            return;
        }

        TorchNatives.EnsureLoaded();
        var pictures = DataFolder.Read(data, names: null).Pictures;
        using var model = Train(recorder.IsQuick);
        using var lowered = new SegSamModel(model.Model.Network, model.Categories, model.Model.Preprocessing, new TorchDevice(CPU), isLowered: true);
        using var full = new SegSamPredictor(model);
        using var half = new SegSamPredictor(new SegSamTransformer(model.Options, lowered));
        var (binary, semantic, same, areas) = (new List<double>(), new List<double>(), 0, new List<double>());
        foreach (var picture in pictures)
        {
            using var ofFull = full.Encode(picture.Image);
            using var ofHalf = half.Encode(picture.Image);
            var prompts = picture.Objects.Select(one => SegSamPrompt.Box(one.Box[0], one.Box[1], one.Box[2], one.Box[3])).ToList();
            foreach (var (a, b) in full.Predict(ofFull, prompts).Zip(half.Predict(ofHalf, prompts)))
            {
                binary.Add(Iou(a.Mask, b.Mask));
                semantic.Add(Iou(a.SemanticMask, b.SemanticMask));
                areas.Add(a.Mask.Area);
                same += a.Category == b.Category ? 1 : 0;
            }
        }

        recorder.Note($"{binary.Count} objects of {pictures.Count} real images, boxes, ViT-B at {InputSize}; the masks have {Statistics.Short(areas.Average())} pixels in the mean, {areas.Count(area => area == 0)} are empty.");
        recorder.Add("agreement/binary", "binary masks in bfloat16 and in float32: mean IoU", "", binary.Average());
        recorder.Add("agreement/semantic", "semantic masks: mean IoU", "", semantic.Average());
        recorder.Add("agreement/category", "objects of the same category", "share", (double)same / binary.Count);
    }

    private static SegSamTransformer Train(bool isQuick)
    {
        var ml = new MLContext(Seed);
        var phantoms = PhantomData.Load(ml, PhantomGenerator.Create(Seed, isQuick ? 8 : 120, InputSize, new PhantomSettings { Modalities = PhantomSettings.AllModalities }).ToList());
        return ml.Transforms.SegSam(new SegSamOptions
        {
            BoxColumnName = "Box", ImageIdColumnName = "ImageId", DescriptionColumnName = "Description",
            Encoder = SegSamEncoder.VitB, InputSize = InputSize, EncoderTraining = EncoderTraining.Frozen, Precision = SegSamPrecision.Float32,
            Epochs = isQuick ? 1 : 8,
        }).Fit(phantoms);
    }

    // Two empty masks agree.
    private static double Iou(SegmentationMask a, SegmentationMask b)
    {
        var (both, either) = (0, 0);
        foreach (var (one, other) in a.ToPixels().Zip(b.ToPixels()))
            (both, either) = (both + (one && other ? 1 : 0), either + (one || other ? 1 : 0));
        return either == 0 ? 1 : (double)both / either;
    }
}
