using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Options;
using Phantoms;
using SampleKit;

namespace DetectionMetrics;

/// <summary>The program: generates automatic masks for unseen slices, and prints two metrics.</summary>
internal static class DetectionCommand
{
    private const int TrainingSlices = 200;

    // The small model predicts a lower IoU than SAM does, and slices of 128 pixels need no grid of 32 x 32 points.
    private static readonly SegSamMaskGeneratorOptions Options = new()
    {
        PointsPerSide = 16,
        PredIouThreshold = 0.55,
        StabilityScoreThreshold = 0.7,
        BoxNmsThreshold = 0.5,
    };

    /// <summary>Runs the program.</summary>
    /// <returns>0 on success, 1 when canceled, 2 for a wrong argument or file.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        if (args.Contains("--help"))
        {
            output.WriteLine(DetectionOptions.Usage);
            return 0;
        }

        try
        {
            var settings = DetectionOptions.Parse(args);
            Measure(settings, settings.Model ?? Train(settings, output, cancel), output, cancel);
            return 0;
        }
        catch (Exception) when (cancel.IsCancellationRequested) // ML.NET wraps exceptions of its threads
        {
            error.WriteLine("Stopped.");
            return 1;
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or InvalidDataException or UnauthorizedAccessException
            or ArgumentException)
        {
            error.WriteLine($"{wrong.Message} (--help lists the options)");
            return 2;
        }
    }

    // Points as well as boxes: a grid of points finds the masks, and their boxes name them.
    private static string Train(DetectionOptions settings, TextWriter output, CancellationToken cancel)
    {
        var ml = new MLContext(settings.Seed);
        var data = PhantomData.Load(ml, PhantomGenerator.Create(settings.Seed, TrainingSlices).ToList());
        using var model = ml.Transforms.SegSam(new SegSamOptions
        {
            BoxColumnName = "Box",
            PointsColumnName = "Points",
            PointLabelsColumnName = "PointLabels",
            ImageIdColumnName = "ImageId",
            DescriptionColumnName = "Description",
            Epochs = settings.Epochs,
            Progress = new InlineProgress<TrainingProgress>(output.WriteLine),
            CancellationToken = cancel,
        }).Fit(data);
        cancel.ThrowIfCancellationRequested();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(settings.Out))!);
        ml.Model.Save(model, data.Schema, settings.Out);
        output.WriteLine($"Saved {settings.Out}.");
        return settings.Out;
    }

    private static void Measure(DetectionOptions settings, string path, TextWriter output, CancellationToken cancel)
    {
        using var predictor = SegSamPredictor.Load(path);
        var ml = new MLContext();
        var slices = PhantomGenerator.Create(settings.Seed + 1_000_003, settings.Slices).Select(slice => new TrueSlice(slice)).ToList();
        var generator = new SegSamMaskGenerator(predictor, Options);
        var found = ml.Segmentation().DetectObjects(ml.Data.LoadFromEnumerable(slices), generator, cancellationToken: cancel);
        var rows = new List<DetectedSlice>();
        foreach (var row in DetectedSlice.Read(ml, found))
        {
            rows.Add(row);
            output.WriteLine($"slice {rows.Count}/{slices.Count}: {row.Label.Length} objects, {row.PredictedLabel.Length} masks");
        }

        var precision = MeanPrecision.Of(ml, rows);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mAP50 {precision.At50:0.000}, mAP50-95 {precision.At50To95:0.000}"));
    }
}
