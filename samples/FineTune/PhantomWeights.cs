using Microsoft.ML;
using Microsoft.ML.SegSam;
using Phantoms;
using SampleKit;

namespace FineTune;

/// <summary>Weights to start from where the user has none: a small SAM, trained briefly on made-up slices.</summary>
internal static class PhantomWeights
{
    private const int Slices = 400, Epochs = 12, SmallestSlice = 64;
    private static readonly PhantomSettings EveryModality = new() { Modalities = PhantomSettings.AllModalities };

    /// <summary>Trains, and saves the weights that SAM itself has; nothing is saved when canceled.</summary>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Train(string path, int size, int seed, TextWriter output, CancellationToken cancel)
    {
        output.WriteLine($"No --weights: training some on {Slices} phantoms of {EveryModality.Modalities.Count} modalities first, {Epochs} epochs.");
        var ml = new MLContext(seed);
        var phantoms = PhantomData.Load(ml, PhantomGenerator.Create(seed, Slices, Math.Max(size, SmallestSlice), EveryModality).ToList());
        using var model = ml.Transforms.SegSam(new SegSamOptions
        {
            BoxColumnName = "Box",
            ImageIdColumnName = "ImageId",
            DescriptionColumnName = "Description",
            Encoder = SegSamEncoder.Tiny,
            InputSize = size,
            TextInsertion = TextInsertion.SemanticOnly, // SAM's decoder must do without text, as every published SAM
            // Real objects come in more sizes, turns and shades than the phantoms'.
            Augmentation = new() { Rotation = 30, Scale = 0.5, Contrast = 0.3, Gamma = 0.3, Brightness = 0.2, Noise = 0.05 },
            Epochs = Epochs,
            Progress = new InlineProgress<TrainingProgress>(progress => output.WriteLine(progress)),
            CancellationToken = cancel,
        }).Fit(phantoms);
        cancel.ThrowIfCancellationRequested();
        model.SaveSamWeights(path);
    }
}
