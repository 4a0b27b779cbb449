// SEG-SAM from images to a saved model and named masks, on synthetic slices or (--data) on your own; then a trained model on real images.
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Options;
using Quickstart;
using SampleKit;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // the same numbers on every machine
if (args.Contains("--help"))
{
    Console.WriteLine(QuickstartOptions.Usage);
    return 0;
}

try
{
    var settings = QuickstartOptions.Parse(args);
    // Rows: an image, a box around one object, its mask, its category and a description of the category
    var source = settings.Data is null ? SampleData.Phantoms(settings.Seed) : SampleData.Folder(settings.Data);
    Console.WriteLine(source.Summary);
    Directory.CreateDirectory(settings.Out);
    var training = settings.Model is null ? Train(settings, source) : null;
    Score(settings, source, settings.Model ?? training!.Path, training);
    RealImages.Ask(Path.Combine(settings.Out, "real"), Console.Out);
    return 0;
}
catch (Exception wrong) when (wrong is FormatException or IOException or InvalidDataException or UnauthorizedAccessException
    or InvalidOperationException)
{
    Console.Error.WriteLine($"{wrong.Message} (--help lists the options)");
    return 2;
}

static Training Train(QuickstartOptions settings, SampleData source)
{
    // 1. The pipeline; Ctrl-C stops training early and keeps the weights so far
    var ml = new MLContext(settings.Seed);
    using var cancel = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; cancel.Cancel(); };
    TrainingProgress? last = null;
    var pipeline = ml.Transforms.SegSam(new SegSamOptions
    {
        BoxColumnName = "Box",
        ImageIdColumnName = "ImageId",
        DescriptionColumnName = source.HasDescriptions ? "Description" : null,
        InputSize = source.InputSize,
        PromptsPerImage = source.PromptsPerImage,
        BoxJitter = 0.02, // the boxes here are tight
        Epochs = settings.Epochs ?? source.Epochs,
        StateFile = settings.State,
        SaveEverySteps = 50,
        Progress = new InlineProgress<TrainingProgress>(progress => Console.WriteLine(last = progress)),
        CancellationToken = cancel.Token,
    });

    // 2. Train and save
    var clock = Stopwatch.StartNew();
    using var model = pipeline.Fit(source.Train(ml));
    var seconds = Math.Round(clock.Elapsed.TotalSeconds, 1);
    var path = Path.Combine(settings.Out, "segsam.zip");
    ml.Model.Save(model, source.Train(ml).Schema, path);
    Console.WriteLine(FormattableString.Invariant($"Trained in {seconds} s; saved {path} ({new FileInfo(path).Length / 1e6:0.0} MB)."));
    return new(path, seconds, last);
}

static void Score(QuickstartOptions settings, SampleData source, string path, Training? training)
{
    // 3. Load the model as another program would: only the file is needed, nothing to register
    var ml = new MLContext();
    var model = ml.Model.Load(path, out _);
    var scored = model.Transform(source.Test(ml));

    // 4. Measure
    var metrics = ml.Segmentation.Evaluate(scored);
    Console.WriteLine($"{Environment.NewLine}{source.MeasuredOn}:{Environment.NewLine}{metrics}");

    // 5. Pictures and figures
    var predictions = new Predictions(ml.Data.CreateEnumerable<Prediction>(scored, reuseRowObject: false));
    Overlays.Write(Path.Combine(settings.Out, "overlays"), predictions, SegSamTransformer.In(model).Categories, images: 12);
    Console.WriteLine($"SHA-256 of all masks: {predictions.Checksum}");
    Report.Write(Path.Combine(settings.Out, "report.json"), source, metrics, training);
    Console.WriteLine($"Wrote overlays and report.json to {Path.GetFullPath(settings.Out)}.");
}

/// <summary>The result of a training run.</summary>
internal sealed record Training(string Path, double Seconds, TrainingProgress? Last);
