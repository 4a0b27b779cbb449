using Microsoft.ML;
using Microsoft.ML.SegSam;
using Phantoms;

namespace Quickstart;

/// <summary>Training and test rows of one kind of data, and what to say about them.</summary>
/// <param name="Train">Columns ImageId, Image, Box, Mask, Category and perhaps Description; images may still be paths.</param>
/// <param name="Test">The same columns.</param>
/// <param name="MeasuredOn">What the figures are measured on, in words.</param>
/// <param name="Images">Training images.</param>
/// <param name="Prompts">Training objects.</param>
/// <param name="Epochs">Enough for good masks.</param>
/// <param name="FromFiles">Whether the rows name image files that must be loaded first.</param>
internal sealed record SampleData(IDataView Train, IDataView Test, string MeasuredOn, int Images, int Prompts, int Epochs, bool FromFiles)
{
    private const int TrainingSlices = 300, TestSlices = 60;

    public bool HasDescriptions => Train.Schema.GetColumnOrNull("Description") is not null;

    public string Summary => $"{Images} training images with {Prompts} objects.";

    /// <summary>Seeded made-up slices; the test slices come from another seed.</summary>
    public static SampleData Phantoms(MLContext ml, int seed)
    {
        var train = PhantomGenerator.Create(seed, TrainingSlices).ToList();
        var test = PhantomGenerator.Create(seed + 1_000_003, TestSlices).ToList();
        return new(PhantomData.Load(ml, train), PhantomData.Load(ml, test), $"Held-out phantoms ({TestSlices} slices)",
            train.Count, train.Sum(slice => slice.Objects.Count), Epochs: 24, FromFiles: false);
    }

    /// <summary>Real slices in SAM-Med2D layout, measured on the training slices themselves.</summary>
    public static SampleData Folder(MLContext ml, string folder)
    {
        var rows = SamMed2DFolder.Read(folder).Where(row => row.Split == "train").ToList();
        if (rows.Count == 0)
            throw new InvalidDataException($"'{folder}' lists no training masks; image2label_train.json must name some.");
        var data = ml.Data.LoadFromEnumerable(rows);
        return new(data, data, "OVERFIT CHECK, on the training slices themselves (says that learning works, not how well it generalises)",
            rows.DistinctBy(row => row.ImageId).Count(), rows.Count, Epochs: 150, FromFiles: true);
    }

    /// <summary>The estimator, with the images loaded first where the rows hold paths.</summary>
    public IEstimator<ITransformer> Pipeline(MLContext ml, SegSamEstimator estimator)
    {
        if (!FromFiles)
            return estimator;
        return ml.Transforms.LoadImages("Image", "", "ImagePath").Append(ml.Transforms.LoadImages("Mask", "", "MaskPath")).Append(estimator);
    }

    /// <summary>The SEG-SAM part of a loaded model.</summary>
    public static SegSamTransformer SegSamOf(ITransformer model) =>
        model as SegSamTransformer ?? ((IEnumerable<ITransformer>)model).OfType<SegSamTransformer>().Single();
}
