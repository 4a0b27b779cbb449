// SEG-SAM from images to a saved model and named masks, on made-up slices or (--data) on your own.
using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.SegSam;
using Quickstart;

if (args.Contains("--help"))
{
    Console.WriteLine(QuickstartOptions.Usage);
    return 0;
}

try
{
    return Run(QuickstartOptions.Parse(args));
}
catch (Exception wrong) when (wrong is FormatException or IOException or InvalidDataException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"{wrong.Message} (--help lists the options)");
    return 2;
}

static int Run(QuickstartOptions settings)
{
    // 1. Rows: an image, a box around one object, its mask, its category and what the category looks like
    var ml = new MLContext(settings.Seed);
    var source = settings.Data is null ? SampleData.Phantoms(ml, settings.Seed) : SampleData.Folder(ml, settings.Data);
    Console.WriteLine(source.Summary);

    // 2. The pipeline
    using var cancel = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; cancel.Cancel(); };
    TrainingProgress? last = null;
    var pipeline = source.Pipeline(ml, ml.Transforms.SegSam(new SegSamOptions
    {
        BoxColumnName = "Box",
        ImageIdColumnName = "ImageId",
        DescriptionColumnName = source.HasDescriptions ? "Description" : null,
        Epochs = settings.Epochs ?? source.Epochs,
        Progress = new Inline(progress => Console.WriteLine(last = progress)),
        CancellationToken = cancel.Token,
    }));

    // 3. Train (Ctrl-C stops early and keeps what was learnt) and save
    var clock = Stopwatch.StartNew();
    var trained = pipeline.Fit(source.Train);
    var trainSeconds = Math.Round(clock.Elapsed.TotalSeconds, 1);
    Directory.CreateDirectory(settings.Out);
    var path = Path.Combine(settings.Out, "segsam.zip");
    ml.Model.Save(trained, source.Train.Schema, path);
    Console.WriteLine($"Trained in {trainSeconds} s; saved {path} ({new FileInfo(path).Length / 1e6:0.0} MB).");

    // 4. Load it as another program would, and score
    var model = new MLContext().Model.Load(path, out _);
    var segSam = SampleData.SegSamOf(model);
    var metrics = ml.Segmentation().Evaluate(model.Transform(source.Test));
    Console.WriteLine($"{Environment.NewLine}{source.MeasuredOn}:{Environment.NewLine}{metrics}");

    // 5. Pictures and figures
    var scored = ml.Data.CreateEnumerable<Prediction>(model.Transform(source.Test), reuseRowObject: false);
    Overlays.Write(Path.Combine(settings.Out, "overlays"), scored, segSam.Categories, images: 12);
    Report.Write(Path.Combine(settings.Out, "report.json"), source.MeasuredOn, metrics, trainSeconds, source.Images, source.Prompts, last!.Device, last.Precision);
    Console.WriteLine($"Overlays and report.json are in {Path.GetFullPath(settings.Out)}.");
    return 0;
}

// Progress<T> reports on other threads, later; a console wants each line now.
internal sealed class Inline(Action<TrainingProgress> report) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => report(value);
}
