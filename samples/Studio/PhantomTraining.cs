using Microsoft.ML;
using Microsoft.ML.SegSam;
using Phantoms;
using SampleKit;

namespace Studio;

/// <summary>The recipe of the model that Studio makes for itself where the user brings none.</summary>
/// <param name="Modalities">What its slices show.</param>
/// <param name="Slices">Made-up slices to train on.</param>
/// <param name="Side">Their height and width.</param>
/// <param name="Epochs">Passes over them.</param>
/// <param name="InputSize">Side of the network's input.</param>
internal sealed record PhantomTraining(IReadOnlyList<string> Modalities, int Slices, int Side, int Epochs, int InputSize)
{
    private const int Seed = 1;

    /// <summary>Some minutes on two CPU cores.</summary>
    public static PhantomTraining Default { get; } = new(["ct", "mr", "fundus"], Slices: 300, Side: 128, Epochs: 9, InputSize: 128);

    /// <summary>Another recipe has another name, so that no start takes what another made.</summary>
    public string FileName => $"phantoms-{string.Join('-', Modalities)}-{Slices}x{Epochs}.zip";

    /// <summary>Trains with boxes and clicks, and saves the model. When canceled, its state is kept, and the next call goes on from that.</summary>
    /// <param name="path">Where the model goes.</param>
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
            PointsColumnName = "Points", // empty: clicks are drawn from the masks, and corrections after them
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
