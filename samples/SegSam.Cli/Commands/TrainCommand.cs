using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.SegSam;
using SampleKit;
using SegSam.Cli.Output;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Commands;

/// <summary>From a table to a model.</summary>
internal sealed class TrainCommand : Command
{
    private readonly Argument<string> _table = new("TABLE") { Description = $"The table of images, masks and names to learn from; 'segsam convert' makes one.\n{TableColumns.Help}" };
    private readonly Option<string> _out = new("--out", "-o") { Description = "Where the model goes.", DefaultValueFactory = _ => "segsam.zip", HelpName = "FILE.zip" };
    private readonly Option<string> _validation = new("--validation") { Description = "A table of images that are not learned from: the epoch that does best on them is kept.", HelpName = "TABLE" };
    private readonly Option<string> _split = CommonOptions.Split();
    private readonly Option<string> _validationSplit = new("--validation-split") { Description = "Use the rows of this split alone of the validation table, which may then be the same table.", HelpName = "NAME" };
    private readonly Option<bool> _strict = CommonOptions.Strict("row"), _force = CommonOptions.Force();
    private readonly TrainArguments _arguments = new();

    public TrainCommand() : base("train", "Train a model on the objects of a table, and save it as a .zip that ml.Model.Load reads.")
    {
        Add(_table);
        foreach (var option in (Option[])[_out, _validation, _split, _validationSplit, _strict, _force, .. _arguments.All])
            Add(option);
        this.SetWork(Run);
    }

    private int Run(Work work)
    {
        var path = work.Get(_out)!;
        if (!path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"--out is '{path}'; a model's name ends in .zip.");
        var leftOut = new LeftOut(work.Get(_strict));
        var table = TableReader.Read(work.Get(_table), work.Get(_split), work.Terminal.Note, leftOut);
        var held = work.Get(_validation) is { } validation ? TableReader.Read(validation, work.Get(_validationSplit), work.Terminal.Note, leftOut) : null;
        var options = _arguments.ToOptions(work, table);
        if (options.Patience is { } patience && held is null)
            throw new UsageException(FormattableString.Invariant($"--patience {patience} waits for better figures on images that are not learned from; name their table by --validation."));
        // Not after hours of training. A run that goes on from its state has left a model there.
        var outputs = new Outputs(work.Get(_force) || File.Exists(options.StateFile), work.Get(_table), work.Get(_validation), options.Checkpoint);
        outputs.Refuse(options.StateFile);
        outputs.Claim(path);
        (table, held) = work.Terminal.Progress("Checking images and masks", tell =>
            (TableCheck.Keep(table, leftOut, tell, work.Cancel), held is null ? null : TableCheck.Keep(held, leftOut, tell, work.Cancel)));
        work.Terminal.Note(leftOut.Lines);
        work.Terminal.Note(table.Summary);
        table.TellOfSimilarNames(held?.Rows.Select(row => row.Category) ?? [], work.Terminal.Note);
        if (held is not null)
            Tell(work.Terminal, table, held);

        var ml = work.CreateContext(work.Get(_arguments.Seed), words: message => TrainingTable.InLines(message, table, held));
        var (clock, history) = (Stopwatch.StartNew(), new List<TrainingProgress>());
        TrainingTable[] tables = held is null ? [table] : [table, held];
        using var model = TrainingTable.Reading(tables, () => work.Terminal.Progress("Reading images", tell =>
            ml.Transforms.SegSam(options with
            {
                CancellationToken = work.Cancel,
                Progress = new InlineProgress<TrainingProgress>(done =>
                {
                    history.Add(done);
                    tell((double)done.Epoch / done.Epochs, Line(done));
                }),
            }).Fit(table.Load(ml), held?.Load(ml)), everyStep: true));
        OutputFile.Write(path, partial => ml.Model.Save(model, table.Load(ml).Schema, partial));
        work.Terminal.Note(leftOut.Lines); // again: between the two are all epochs
        return Tell(work, path, options, model, history, clock.Elapsed, leftOut.Total);
    }

    private static void Tell(Terminal terminal, TrainingTable table, TrainingTable held)
    {
        terminal.Note($"validation: {held.Summary}");
        var both = table.Rows.Select(row => Path.GetFullPath(row.ImagePath)).Intersect(held.Rows.Select(row => Path.GetFullPath(row.ImagePath))).Count();
        if (both > 0)
            terminal.Note($"{Words.Several(both, "image is", "images are")} learned from and validated on: the validation will look too good.");
    }

    private static int Tell(Work work, string path, SegSamOptions options, SegSamTransformer model, List<TrainingProgress> history, TimeSpan time, int leftOut)
    {
        var (last, best) = (history.LastOrDefault(), history.LastOrDefault(epoch => epoch.IsBest));
        var isCut = work.Cancel.IsCancellationRequested && last?.Epoch != options.Epochs;
        if (isCut)
        {
            work.Terminal.Note($"Stopped after {last?.Epoch ?? 0} of {Words.Several(options.Epochs, "epoch")}; {path} holds the best weights so far."
                + (options.StateFile is null ? "" : $" The same command goes on from {options.StateFile}."));
        }

        var measured = best?.ValidationDice is { } dice ? $", best in epoch {best.Epoch}: validation Dice {Words.Share(dice)}" : "";
        work.Terminal.Result($"{path} ({Words.Megabytes(path)}): {Words.Several(model.Categories.Count, "category", "categories")}, {Words.Several(last?.Epoch ?? 0, "epoch")} in {Words.Time(time)}{measured}");
        work.Terminal.Json(new
        {
            Model = path,
            model.Categories,
            Stopped = isCut,
            RowsLeftOut = leftOut,
            Seconds = Math.Round(time.TotalSeconds, 1),
            last?.Device,
            Epochs = history.Select(epoch => new { epoch.Epoch, epoch.Loss, epoch.LossParts, epoch.Validation, epoch.IsBest }),
        });
        return isCut ? ExitCode.Canceled : ExitCode.Done;
    }

    private static string Line(TrainingProgress done) =>
        FormattableString.Invariant($"epoch {done.Epoch}/{done.Epochs}: loss {done.Loss:0.000}")
        + (done.ValidationDice is { } dice ? FormattableString.Invariant($", validation Dice {dice:0.000}{(done.IsBest ? " (best)" : "")}") : "")
        + (done.Epoch < done.Epochs ? $", {Words.Time(done.TimeLeft)} left" : "");
}
