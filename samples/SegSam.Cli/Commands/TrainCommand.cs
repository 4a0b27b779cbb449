using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Options;
using SampleKit;
using SegSam.Cli.Output;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Commands;

/// <summary>Trains a model on a table.</summary>
internal sealed class TrainCommand : Command
{
    private readonly Argument<string> _table = new("TABLE")
    {
        Description = $"The table of images, masks and names to train on; 'segsam convert' makes one.\n{TableColumns.Help}",
    };
    private readonly Option<string> _out = new("--out", "-o")
    {
        Description = "Where to save the model.",
        DefaultValueFactory = _ => "segsam.zip",
        HelpName = "FILE.zip",
    };
    private readonly Option<string> _validation = new("--validation")
    {
        Description = "A table of images for validation, not for training: the epoch with the best validation Dice is kept.",
        HelpName = "TABLE",
    };
    private readonly Option<string> _split = CommonOptions.Split();
    private readonly Option<string> _validationSplit = new("--validation-split")
    {
        Description = "Use only the rows of this split of the validation table, which may then be the same table.",
        HelpName = "NAME",
    };
    private readonly Option<bool> _strict = CommonOptions.Strict("row"), _force = CommonOptions.Force();
    private readonly TrainArguments _arguments = new();

    public TrainCommand() : base("train", "Train a model on the objects of a table, and save it as a .zip for ml.Model.Load.")
    {
        Add(_table);
        foreach (var option in (Option[])[_out, _validation, _split, _validationSplit, _strict, _force, .. _arguments.All])
            Add(option);
        this.SetRun(Run);
    }

    private int Run(CommandContext context)
    {
        var path = context.Get(_out)!;
        if (!path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"--out is '{path}'; the name of a model ends in .zip.");
        var leftOut = new LeftOut(context.Get(_strict));
        var table = TableReader.Read(context.Get(_table), context.Get(_split), context.Terminal.Note, leftOut);
        var held = context.Get(_validation) is { } validation
            ? TableReader.Read(validation, context.Get(_validationSplit), context.Terminal.Note, leftOut) : null;
        var options = _arguments.ToOptions(context, table);
        if (options.Patience is { } patience && held is null)
        {
            throw new UsageException(FormattableString.Invariant(
                $"--patience {patience} needs images for validation; name their table with --validation."));
        }

        // Before hours of training, not after them. A run that continues from its state has left a model there.
        var outputs = new Outputs(context.Get(_force) || File.Exists(options.StateFile), context.Get(_table), context.Get(_validation),
            options.Checkpoint);
        outputs.Refuse(options.StateFile);
        outputs.Claim(path);
        (table, held) = context.Terminal.Progress("Checking images and masks", report =>
            (TableCheck.Keep(table, leftOut, report, context.Cancel),
                held is null ? null : TableCheck.Keep(held, leftOut, report, context.Cancel)));
        context.Terminal.Note(leftOut.Lines);
        context.Terminal.Note(table.Summary);
        table.NoteSimilarNames(held?.Rows.Select(row => row.Category) ?? [], context.Terminal.Note);
        if (held is not null)
            NoteValidation(context.Terminal, table, held);

        var ml = context.CreateContext(context.Get(_arguments.Seed), rewrite: message => TrainingTable.WithLines(message, table, held));
        var (clock, history) = (Stopwatch.StartNew(), new List<TrainingProgress>());
        TrainingTable[] tables = held is null ? [table] : [table, held];
        using var model = TrainingTable.Reading(tables, () => context.Terminal.Progress("Reading images", report =>
            ml.Transforms.SegSam(options with
            {
                CancellationToken = context.Cancel,
                Progress = new InlineProgress<TrainingProgress>(done =>
                {
                    history.Add(done);
                    report((double)done.Epoch / done.Epochs, Line(done));
                }),
            }).Fit(table.Load(ml), held?.Load(ml)), everyStep: true));
        OutputFile.Write(path, partial => ml.Model.Save(model, table.Load(ml).Schema, partial));
        context.Terminal.Note(leftOut.Lines); // again: all epochs lie between
        return Print(context, path, options, model, history, clock.Elapsed, leftOut.Total);
    }

    private static void NoteValidation(Terminal terminal, TrainingTable table, TrainingTable held)
    {
        terminal.Note($"validation: {held.Summary}");
        var both = table.Rows.Select(row => Path.GetFullPath(row.ImagePath))
            .Intersect(held.Rows.Select(row => Path.GetFullPath(row.ImagePath))).Count();
        if (both > 0)
        {
            terminal.Note($"{NumberText.Plural(both, "image is", "images are")} used for both training and validation: "
                + "the validation metrics will be too good.");
        }
    }

    private static int Print(CommandContext context, string path, SegSamOptions options, SegSamTransformer model,
        List<TrainingProgress> history, TimeSpan time, int leftOut)
    {
        var (last, best) = (history.LastOrDefault(), history.LastOrDefault(epoch => epoch.IsBest));
        var isCut = context.Cancel.IsCancellationRequested && last?.Epoch != options.Epochs;
        if (isCut)
        {
            context.Terminal.Note($"Stopped after {last?.Epoch ?? 0} of {NumberText.Plural(options.Epochs, "epoch")}; "
                + $"{path} holds the best weights so far."
                + (options.StateFile is null ? "" : $" The same command continues from {options.StateFile}."));
        }

        var measured = best?.ValidationDice is { } dice
            ? $", best in epoch {best.Epoch}: validation Dice {NumberText.Fraction(dice)}" : "";
        context.Terminal.Result($"{path} ({NumberText.Megabytes(path)}): "
            + $"{NumberText.Plural(model.Categories.Count, "category", "categories")}, "
            + $"{NumberText.Plural(last?.Epoch ?? 0, "epoch")} in {NumberText.Duration(time)}{measured}");
        context.Terminal.Json(new
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
        + (done.ValidationDice is { } dice
            ? FormattableString.Invariant($", validation Dice {dice:0.000}{(done.IsBest ? " (best)" : "")}") : "")
        + (done.Epoch < done.Epochs ? $", {NumberText.Duration(done.TimeLeft)} left" : "");
}
