using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Options;
using SampleKit;
using SegSam.Cli.Output;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Commands;

/// <summary>Measures a model against true masks and names.</summary>
internal sealed class EvaluateCommand : Command
{
    private readonly Argument<string> _model = CommonOptions.Model();
    private readonly Argument<string> _table = new("TABLE") { Description = "The table of images, true masks and names; 'segsam convert' makes one. All objects of an image should be in it." };
    private readonly Option<CheckpointFamily?> _family = CommonOptions.Family();
    private readonly Option<string> _split = CommonOptions.Split();
    private readonly Option<string> _prompts = new("--prompts") { Description = "File of fixed prompts: read if it is there, else made and kept there, so that every model is asked the same.", HelpName = "FILE" };
    private readonly Option<int> _seed = NumberOptions.Of("--seed", 1, "N", "Decides the clicks, where --prompts names no file that is there.");
    private readonly Option<double> _tolerance = NumberOptions.Of("--surface-tolerance", 2.0, "X", "Up to which distance outlines count as equal in the surface Dice (NSD): pixels, or mm with --pixel-spacing.");
    private readonly Option<string> _spacing = new("--pixel-spacing") { Description = "Distance of rows and of columns in mm, as DICOM writes it, such as 0.8,0.7; distances are then in mm.", HelpName = "ROWS,COLUMNS" };
    private readonly Option<bool> _strict = CommonOptions.Strict("row"), _force = CommonOptions.Force();
    private readonly Option<string> _csv = new("--csv") { Description = "Write all figures as comma-separated values.", HelpName = "FILE" };

    public EvaluateCommand() : base("evaluate", "Measure a model: ask about every object by box and by 1, 3 and 5 clicks, and compare masks and names with the truth (Dice, IoU, NSD, HD95, names).")
    {
        Add(_model);
        Add(_table);
        foreach (var option in (Option[])[_split, _prompts, _csv, _tolerance, _spacing, _seed, _strict, _force, _family])
            Add(option);
        this.SetWork(Run);
    }

    private int Run(Work work)
    {
        ModelFile.Check(work.Get(_model));
        new Outputs(mayOverwrite: true, work.Get(_model), work.Get(_table)).Refuse(work.Get(_prompts));
        var leftOut = new LeftOut(work.Get(_strict));
        var table = TableReader.Read(work.Get(_table), work.Get(_split), work.Terminal.Note, leftOut);
        if (work.Get(_csv) is { } place)
            new Outputs(work.Get(_force), work.Get(_model), work.Get(_table), work.Get(_prompts)).Claim(place);
        table = work.Terminal.Progress("Checking images and masks", tell => TableCheck.Keep(table, leftOut, tell, work.Cancel));
        leftOut.Tell(work.Terminal.Note);
        work.Terminal.Note(table.Summary);
        using var model = ModelFile.Load(work.Get(_model), work, work.Get(_family));
        table.TellOfSimilarNames(model.Categories, work.Terminal.Note);
        var ml = work.CreateContext(words: message => TrainingTable.InLines(message, table));
        var metrics = TrainingTable.Reading([table], () => Measure(work, ml, model, table));
        if (work.Get(_csv) is { } csv)
            OutputFile.Write(csv, metrics.ToCsv());
        work.Terminal.Result(metrics.ToString());
        leftOut.Tell(work.Terminal.Note); // again: it belongs to the figures
        work.Terminal.JsonText(metrics.ToJson);
        return ExitCode.Done;
    }

    private ProtocolMetrics Measure(Work work, MLContext ml, SegSamTransformer model, TrainingTable table)
    {
        var data = table.Load(ml);
        return work.Terminal.Progress("Reading masks", tell =>
        {
            var prompts = Prompts(work, data);
            var options = new EvaluationOptions { SurfaceTolerance = work.Get(_tolerance), PixelSpacing = Spacing(work) };
            return ml.Segmentation.EvaluateProtocol(model, data, prompts, options,
                new Reports<OperationProgress>(done => tell((double)done.Done / done.Total,
                    $"{done.Description}, {Words.Time(done.TimeLeft.GetValueOrDefault())} left")),
                work.Cancel);
        });
    }

    private EvaluationPrompts Prompts(Work work, IDataView data)
    {
        if (work.Get(_prompts) is { } known && File.Exists(known))
            return EvaluationPrompts.Load(known);
        var made = EvaluationPrompts.Create(data, work.Get(_seed));
        if (work.Get(_prompts) is { } path)
        {
            OutputFile.Try(path);
            made.Save(path);
            work.Terminal.Note($"Made prompts with seed {made.Seed} and kept them in {path}.");
        }

        return made;
    }

    private PixelSpacing? Spacing(Work work)
    {
        if (work.Get(_spacing) is not { } text)
            return null;
        var parts = Array.ConvertAll(text.Split(','), part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN);
        return parts is [> 0 and < double.PositiveInfinity and var rows, > 0 and < double.PositiveInfinity and var columns] ? new(columns, rows)
            : throw new UsageException($"--pixel-spacing is '{text}'; expected two distances above 0 in mm, rows first: 0.8,0.7.");
    }
}
