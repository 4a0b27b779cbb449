using Microsoft.ML.Data;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Overlays;
using SampleKit;

namespace Quickstart;

/// <summary>Asks the model that comes with the samples about real images, with boxes around their true objects.</summary>
internal static class RealImages
{
    private static readonly string[] Asked = ["heart-mr.png", "kidney-histology.png", "nuclei-microscopy.png"];

    /// <param name="folder">For a picture of each image.</param>
    /// <param name="output">For names, scores and areas.</param>
    /// <exception cref="FileNotFoundException">The model is missing.</exception>
    public static void Ask(string folder, TextWriter output)
    {
        output.WriteLine($"{Environment.NewLine}Real images, by the model that comes with the samples:");
        using var predictor = SegSamPredictor.Load(ShippedModel.Find());
        Directory.CreateDirectory(folder);
        foreach (var sample in Asked.Select(SampleImages.Of))
        {
            using var picture = MLImage.CreateFromFile(sample.Path);
            using var image = predictor.Encode(picture);
            var predictions = predictor.Predict(image, [.. sample.Objects.Select(truth => truth.Box)]);
            foreach (var (truth, prediction) in sample.Objects.Zip(predictions))
            {
                output.WriteLine(FormattableString.Invariant(
                    $"{sample.Name}, {truth.Category}: {prediction.Category} {prediction.Score:0.00}, {prediction.Mask.Area} pixels"));
            }

            var layers = predictions.Select((prediction, i) => new OverlayLayer(prediction.Mask, Rgb.FromPalette(i),
                FormattableString.Invariant($"{prediction.Category} {prediction.Score:0.00}")));
            MaskOverlay.Render(picture, [("image", []), ("predictions", [.. layers])])
                .Save(Path.Combine(folder, Path.ChangeExtension(sample.Name, ".png")));
        }

        output.WriteLine($"Wrote their pictures to {Path.GetFullPath(folder)}.");
    }
}
