using FineTune;
using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Phantoms;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>Masks of real images with the encoder in bfloat16 against those in float32.</summary>
/// <remarks>
/// No published weights are at hand here: a small network is trained on phantoms of all modalities first, whose masks of real
/// images have outlines, if not always the right ones. libtorch computes bfloat16 on any processor, only slower: the figure can
/// be had everywhere.
/// </remarks>
internal static class AgreementPart
{
    private const int InputSize = 128, Seed = 1;

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
        using var lowered = new SegSamModel(model.Model.Description, model.Model.Network, new TorchDevice(CPU), usesBFloat16: true);
        using var full = new SegSamPredictor(model);
        using var half = new SegSamPredictor(new SegSamTransformer(lowered));
        var (binary, semantic, same, objects) = (new List<double>(), new List<double>(), 0, 0);
        foreach (var picture in pictures)
        {
            using var ofFull = full.Encode(picture.Image);
            using var ofHalf = half.Encode(picture.Image);
            var prompts = picture.Objects.Select(one => SegSamPrompt.Box(one.Box[0], one.Box[1], one.Box[2], one.Box[3])).ToList();
            foreach (var (a, b) in full.Predict(ofFull, prompts).Zip(half.Predict(ofHalf, prompts)))
            {
                objects++;
                same += a.Category == b.Category ? 1 : 0;
                if (a.Mask.Area + b.Mask.Area > 0)
                    binary.Add(Iou(a.Mask, b.Mask));
                if (a.SemanticMask.Area + b.SemanticMask.Area > 0)
                    semantic.Add(Iou(a.SemanticMask, b.SemanticMask));
            }
        }

        recorder.Note($"{objects} objects of {pictures.Count} real images, prompted with boxes; "
            + $"{binary.Count} binary and {semantic.Count} semantic masks are not empty "
            + "in at least one format.");
        recorder.Add("agreement/binary", "binary masks in bfloat16 and in float32: mean IoU", "", binary.Average());
        recorder.Add("agreement/semantic", "semantic masks: mean IoU", "", semantic.Average());
        recorder.Add("agreement/category", "objects with the same predicted category", "share", (double)same / objects);
    }

    private static SegSamTransformer Train(bool isQuick)
    {
        var ml = new MLContext(Seed);
        var phantoms = PhantomData.Load(
            ml,
            PhantomGenerator.Create(
                Seed, isQuick ? 8 : 240, InputSize, new PhantomSettings { Modalities = PhantomSettings.AllModalities }).ToList());
        return ml.Transforms.SegSam(new SegSamOptions
        {
            BoxColumnName = "Box", ImageIdColumnName = "ImageId", DescriptionColumnName = "Description",
            Encoder = SegSamEncoder.Tiny, InputSize = InputSize, Precision = SegSamPrecision.Float32, Epochs = isQuick ? 1 : 12,
            // As FineTune's.
            Augmentation = new() { Rotation = 30, Scale = 0.5, Contrast = 0.3, Gamma = 0.3, Brightness = 0.2, Noise = 0.05 },
        }).Fit(phantoms);
    }

    private static double Iou(SegmentationMask a, SegmentationMask b)
    {
        var (both, either) = (0, 0);
        foreach (var (one, other) in a.ToPixels().Zip(b.ToPixels()))
            (both, either) = (both + (one && other ? 1 : 0), either + (one || other ? 1 : 0));
        return (double)both / either;
    }
}
