using Microsoft.ML;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Phantoms;
using SampleKit;

namespace FineTune;

/// <summary>Initial weights for users who have none: a small SAM, briefly trained on synthetic slices.</summary>
internal static class PhantomWeights
{
    private const int Slices = 400, Epochs = 12, SmallestSlice = 64;
    private static readonly PhantomSettings EveryModality = new() { Modalities = PhantomSettings.AllModalities };

    /// <summary>Trains, and saves SAM's own weights; saves nothing when canceled.</summary>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Train(string path, int size, int seed, TextWriter output, CancellationToken cancel)
    {
        output.WriteLine($"No --weights: first training on {Slices} phantoms of {EveryModality.Modalities.Count} modalities for "
            + $"{Epochs} epochs.");
        var ml = new MLContext(seed);
        var phantoms = PhantomData.Load(ml, PhantomGenerator.Create(seed, Slices, Math.Max(size, SmallestSlice), EveryModality).ToList());
        using var model = ml.Transforms.SegSam(new SegSamOptions
        {
            BoxColumnName = "Box",
            ImageIdColumnName = "ImageId",
            DescriptionColumnName = "Description",
            Encoder = SegSamEncoder.Tiny,
            InputSize = size,
            TextInsertion = TextInsertion.SemanticOnly, // SAM's decoder must work without text, as in every published SAM
            // Real objects vary more in size, rotation and brightness than phantoms.
            Augmentation = new() { Rotation = 30, Scale = 0.5, Contrast = 0.3, Gamma = 0.3, Brightness = 0.2, Noise = 0.05 },
            Epochs = Epochs,
            Progress = new InlineProgress<TrainingProgress>(progress => output.WriteLine(progress)),
            CancellationToken = cancel,
        }).Fit(phantoms);
        cancel.ThrowIfCancellationRequested();
        model.SaveSamWeights(path);
    }
}
