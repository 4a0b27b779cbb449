using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Volumes;
using SampleKit;
using SegSam.Cli.Output;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Commands;

/// <summary>Measures a model against true masks and names.</summary>
internal sealed class EvaluateCommand : Command
{
    private readonly ModelArgument _model = CommonOptions.Model();
    private readonly Argument<string> _table = new("TABLE")
    {
        Description = "The table of images, true masks and names; 'segsam convert' makes one. It should contain all objects of each image.",
    };
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();
    private readonly Option<string> _split = CommonOptions.Split();
    private readonly Option<string> _prompts = new("--prompts")
    {
        Description = "File of fixed prompts: read if it exists, otherwise created, so that every model gets the same prompts.",
        HelpName = "FILE",
    };
    private readonly Option<int> _seed = NumberOptions.Of("--seed", 1, "N", "Selects the points, unless --prompts names an existing file.");
    private readonly Option<double> _tolerance = NumberOptions.Of("--surface-tolerance", 2.0, "X",
        "Distance within which surfaces count as matching in the surface Dice (NSD): pixels, or mm with --pixel-spacing.");
    private readonly Option<string> _spacing = new("--pixel-spacing")
    {
        Description = "Distance between rows and between columns in mm, as in DICOM, such as 0.8,0.7; distances are then in mm.",
        HelpName = "ROWS,COLUMNS",
    };
    private readonly Option<bool> _strict = CommonOptions.Strict("row"), _force = CommonOptions.Force();
    private readonly Option<string> _csv = new("--csv") { Description = "Write all metrics as comma-separated values.", HelpName = "FILE" };

    private readonly Option<bool> _volumes = new("--volumes")
    {
        Description = "Compare two files of labels instead, predicted and true: segsam evaluate --volumes PREDICTED TRUTH. Surfaces are "
            + "measured in mm.",
    };

    private readonly Option<string?> _image = new("--image")
    {
        Description = "With --volumes: the image on whose voxels DICOM segmentations are read, which hold no more slices than their "
            + "objects.",
        HelpName = "VOLUME",
    };

    private readonly Option<bool> _byName = new("--by-name")
    {
        Description = "With --volumes: labels of the same name belong together, whatever their numbers. Both files must name all labels.",
    };

    public EvaluateCommand() : base("evaluate",
        "Measure a model: prompt every object by box and by 1, 3 and 5 points, and compare masks and names with the truth "
        + "(Dice, IoU, NSD, HD95, names).")
    {
        Add(_model);
        Add(_table);
        foreach (var option in (Option[])
            [_volumes, _image, _byName, _split, _prompts, _csv, _tolerance, _spacing, _seed, _strict, _force, _family])
            Add(option);
        this.SetRun(Run);
    }

    private int Run(CommandContext context)
    {
        if (context.Get(_volumes))
            return Volumes(context, context.Get(_model), context.Get(_table));
        if (((Option[])[_image, _byName]).FirstOrDefault(context.IsGiven) is { } unused)
            throw new UsageException($"{unused.Name} is for files of labels: segsam evaluate --volumes PREDICTED TRUTH.");
        ModelFile.Check(context.Get(_model));
        new Outputs(mayOverwrite: true, context.Get(_model), context.Get(_table)).Refuse(context.Get(_prompts));
        var leftOut = new LeftOut(context.Get(_strict));
        var table = TableReader.Read(context.Get(_table), context.Get(_split), context.Terminal.Note, leftOut);
        if (context.Get(_csv) is { } place)
            new Outputs(context.Get(_force), context.Get(_model), context.Get(_table), context.Get(_prompts)).Claim(place);
        table = context.Terminal.Progress("Checking images and masks", report => TableCheck.Keep(table, leftOut, report, context.Cancel));
        context.Terminal.Note(leftOut.Lines);
        context.Terminal.Note(table.Summary);
        using var model = ModelFile.Load(context.Get(_model), context, context.Get(_family));
        table.NoteSimilarNames(model.Categories, context.Terminal.Note);
        var ml = context.CreateContext(rewrite: message => TrainingTable.WithLines(message, table));
        var metrics = TrainingTable.Reading([table], () => Measure(context, ml, model, table));
        if (context.Get(_csv) is { } csv)
            OutputFile.Write(csv, metrics.ToCsv());
        context.Terminal.Result(metrics.ToString());
        context.Terminal.Note(leftOut.Lines); // again, beside the metrics that it affects
        context.Terminal.JsonText(metrics.ToJson);
        return ExitCode.Done;
    }

    private int Volumes(CommandContext context, string predicted, string truth)
    {
        if (((Option[])[_split, _prompts, _spacing, _seed, _strict, _family]).FirstOrDefault(context.IsGiven) is { } unused)
            throw new UsageException($"{unused.Name} is not used with --volumes, which compares two files as they are, in mm. Remove it.");
        if (context.Get(_csv) is { } place)
            new Outputs(context.Get(_force), predicted, truth).Claim(place);
        using var image = context.Get(_image) is { } named ? MedicalVolume.Load(named) : null;
        var (found, expected) = (Labels(predicted), Labels(truth));
        var metrics = context.CreateContext().Segmentation.EvaluateVolumes(
            found, expected, context.Get(_tolerance, least: 0), byName: context.Get(_byName));
        context.Terminal.Note([.. found.Warnings, .. expected.Warnings, .. metrics.Warnings]);
        if (metrics.Warnings.Count > 0)
            context.Terminal.Note("With --by-name, labels of the same name are compared.");
        if (context.Get(_csv) is { } csv)
            OutputFile.Write(csv, metrics.ToCsv());
        context.Terminal.Result(metrics.ToString());
        context.Terminal.JsonText(metrics.ToJson);
        return ExitCode.Done;

        LabelVolume Labels(string path) => image is not null && path.EndsWith(".dcm", StringComparison.OrdinalIgnoreCase)
            ? LabelVolume.LoadSegmentation(path, image) : LabelVolume.Load(path);
    }

    private ProtocolMetrics Measure(CommandContext context, MLContext ml, SegSamTransformer model, TrainingTable table)
    {
        var data = table.Load(ml);
        return context.Terminal.Progress("Reading masks", report =>
        {
            var prompts = Prompts(context, data);
            var options = new EvaluationOptions { SurfaceTolerance = context.Get(_tolerance, least: 0), PixelSpacing = Spacing(context) };
            var progress = new InlineProgress<OperationProgress>(state => report((double)state.Done / state.Total,
                $"{state.Description}, {NumberText.Duration(state.TimeLeft!.Value)} left"));
            return ml.Segmentation.EvaluateProtocol(model, data, prompts, options, progress, context.Cancel);
        });
    }

    private EvaluationPrompts Prompts(CommandContext context, IDataView data)
    {
        if (context.Get(_prompts) is { } existing && File.Exists(existing))
            return EvaluationPrompts.Load(existing);
        var prompts = EvaluationPrompts.Create(data, context.Get(_seed));
        if (context.Get(_prompts) is { } path)
        {
            OutputFile.CheckWritable(path);
            prompts.Save(path);
            context.Terminal.Note($"Created prompts with seed {prompts.Seed} and saved them to {path}.");
        }

        return prompts;
    }

    private PixelSpacing? Spacing(CommandContext context)
    {
        if (context.Get(_spacing) is not { } text)
            return null;
        var parts = Array.ConvertAll(text.Split(','),
            part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN);
        return parts is [> 0 and < double.PositiveInfinity and var rows, > 0 and < double.PositiveInfinity and var columns]
            ? new(columns, rows)
            : throw new UsageException($"--pixel-spacing is '{text}'; expected two distances above 0 in mm, rows first: 0.8,0.7.");
    }
}
