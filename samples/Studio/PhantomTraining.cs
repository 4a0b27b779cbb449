using Microsoft.ML;
using Microsoft.ML.SegSam.Options;
using Phantoms;
using SampleKit;

namespace Studio;

/// <summary>Settings of the model that Studio trains if the user provides none.</summary>
/// <param name="Modalities">The modalities of its slices.</param>
/// <param name="Slices">Number of synthetic slices to train on.</param>
/// <param name="Side">Their height and width.</param>
/// <param name="Epochs">Passes over them.</param>
/// <param name="InputSize">Side of the network's input.</param>
internal sealed record PhantomTraining(IReadOnlyList<string> Modalities, int Slices, int Side, int Epochs, int InputSize)
{
    private const int Seed = 1;

    /// <summary>Takes a few minutes on two CPU cores.</summary>
    public static PhantomTraining Default { get; } = new(["ct", "mr", "fundus"], Slices: 300, Side: 128, Epochs: 9, InputSize: 128);

    /// <summary>Depends on the settings, so that a cached model is used only with the settings that it was trained with.</summary>
    public string FileName => $"phantoms-{string.Join('-', Modalities)}-{Slices}x{Epochs}.zip";

    /// <summary>Trains with boxes and points, and saves the model. After cancellation, the next call continues from the saved
    /// state.</summary>
    /// <param name="path">Where to save the model.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void Run(string path, IProgress<TrainingProgress> progress, CancellationToken cancel)
    {
        var slices = PhantomGenerator.Create(Seed, Slices, Side, new() { Modalities = Modalities }).ToList();
        cancel.ThrowIfCancellationRequested();
        var ml = new MLContext(Seed);
        var data = PhantomData.Load(ml, slices);
        using var model = ml.Transforms.SegSam(new SegSamOptions
        {
            BoxColumnName = "Box",
            PointsColumnName = "Points", // empty: points are sampled from the masks, followed by corrections
            PointLabelsColumnName = "PointLabels",
            ImageIdColumnName = "ImageId",
            DescriptionColumnName = "Description",
            InputSize = InputSize,
            Epochs = Epochs,
            StateFile = path + ".state",
            SaveEverySteps = 25,
            Progress = progress,
            CancellationToken = cancel,
        }).Fit(data);
        cancel.ThrowIfCancellationRequested();
        OutputFile.Write(path, partial => ml.Model.Save(model, data.Schema, partial));
        File.Delete(path + ".state");
    }
}
