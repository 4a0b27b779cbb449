using System.CommandLine;
using Med2D.Scoring;
using Med2D.Tables;
using Med2D.Training;
using Med2D.UNets;
using Microsoft.ML.SegSam.Network;
using SampleKit;

namespace Med2D.Commands;

/// <summary>Trains a form of the method, or U-Nets, for a given time.</summary>
internal sealed class TrainCommand : Command
{
    private readonly Option<string> _data = ValueOptions.Data(), _split = ValueOptions.Split("train");
    private readonly Option<string> _out = ValueOptions.Out("Where to write the model and run.json, and to keep an unfinished run.");
    private readonly Option<Form?> _form = ValueOptions.Name<Form>("--form", "What to train.");
    private readonly Option<int> _seed = ValueOptions.Whole("--seed", 1, 0, "Initial weights and all random choices.");
    private readonly Option<double> _minutes = ValueOptions.Positive("--minutes", 20,
        "Processor time of all cores together: as many passes over the images as fit, at least one.");
    private readonly Option<int?> _epochs = ValueOptions.Whole("--epochs", 1, "Passes over the images, in place of --minutes.");
    private readonly Option<string?> _stages = new("--stages")
    {
        Description = "Passes at several sizes of the input, in place of --epochs and --input: 128x30,256x12 is 30 at 128, then 12 at 256.",
        HelpName = "SIZExPASSES,...",
    };
    private readonly Option<string> _sources = ValueOptions.Names("--sources", "Train on these sources alone.");
    private readonly Option<string> _without = ValueOptions.Names("--without-source", "Leave out these sources.");
    private readonly Option<string> _withoutCategory = ValueOptions.Names("--without-category", "Leave out these categories.");
    private readonly Option<int?> _images = ValueOptions.Whole("--images", 1, "At most so many images of each source.");
    private readonly Option<bool> _frozen = new("--frozen") { Description = "Keep the image encoder's weights as --checkpoint has them." };
    private readonly Option<SegSamEncoder?> _encoder = ValueOptions.Name<SegSamEncoder>("--encoder",
        "The image encoder (default: the checkpoint's, or the library's).");
    private readonly Option<int?> _input = ValueOptions.Whole("--input", 16,
        "Side of the square to which images are resized (default: the checkpoint's, or the library's; 256 for U-Nets).");
    private readonly Option<Texts?> _texts = ValueOptions.Name<Texts>("--texts", "What the network is told about a category.");
    private readonly Option<Embedder?> _embedder = ValueOptions.Name<Embedder>("--embedder", "What makes vectors of the texts.");
    private readonly Option<bool> _half = new("--half") { Description = "Store the model in half precision: half the size." };
    private readonly Option<string> _checkpoint = new("--checkpoint")
    {
        Description = "Weights or a trained model to start from.",
        HelpName = "FILE",
    };

    public TrainCommand() : base("train", "Train a model; a stopped or killed run continues with the same command.")
    {
        _form.Required = true;
        foreach (var option in (Option[])
        [
            _data, _out, _form, _seed, _minutes, _epochs, _stages, _sources, _without, _withoutCategory, _images, _split, _frozen, _encoder,
            _input, _checkpoint, _texts, _embedder, _half,
        ])
        {
            Add(option);
        }

        this.SetRun(Run);
    }

    private void Run(ParseResult parsed, Messages messages, CancellationToken cancel)
    {
        var (folder, split, checkpoint) = (parsed.GetRequiredValue(_out), parsed.GetValue(_split)!, parsed.GetValue(_checkpoint));
        CheckTexts(parsed);
        CheckStages(parsed);
        if (checkpoint is null && parsed.GetValue(_frozen))
            throw new ArgumentException("--frozen keeps the encoder of --checkpoint, which is missing.");
        if (parsed.GetValue(_form) == Form.UNets && parsed.GetValue(_half))
            throw new ArgumentException("--half is for models of the library; remove it, or choose another --form.");
        if (checkpoint is not null && !File.Exists(checkpoint))
            throw new FileNotFoundException($"There is no file '{checkpoint}'. Set --checkpoint to the path of weights.");
        OutputFile.CheckWritable(Path.Combine(folder, "run.json"));
        var table = ObjectTable.Read(parsed.GetRequiredValue(_data), split);
        var chosen = table.Choose(ValueOptions.NamesIn(parsed, _sources), ValueOptions.NamesIn(parsed, _without),
            ValueOptions.NamesIn(parsed, _withoutCategory));
        var data = new TrainingData(TableCheck.Keep(table, chosen, messages, cancel)).AtMost(parsed.GetValue(_images));
        var (form, epochs, stages) = (parsed.GetValue(_form)!.Value, parsed.GetValue(_epochs), parsed.GetValue(_stages));
        var settings = new RunSettings(
            Forms.NameOf(form), parsed.GetValue(_seed), Path.GetFileName(table.Path), table.HasSplits ? split : null,
            data.Sources, data.Images, data.Rows.Count, data.Digest,
            parsed.GetValue(_encoder) is { } encoder ? Forms.NameOf(encoder) : null,
            parsed.GetValue(_input) ?? Stage.Parse(stages)?[^1].Input ?? (form == Form.UNets ? UNetTraining.DefaultInput : null),
            checkpoint is null ? null : Digests.OfFile(checkpoint), Path.GetFileName(checkpoint),
            Forms.HasTexts(form) ? Forms.NameOf(parsed.GetValue(_texts) ?? Texts.Descriptions) : null,
            Forms.HasTexts(form) ? Forms.NameOf(parsed.GetValue(_embedder) ?? Embedder.Hashed) : null,
            epochs is null && stages is null ? parsed.GetValue(_minutes) : null, epochs, stages, parsed.GetValue(_half),
            parsed.GetValue(_frozen), Forms.RecipeOf(form));
        messages.Note(FormattableString.Invariant($"{data.Images} images with {data.Rows.Count} objects of {data.Sources.Count} sources"));
        var record = form == Form.UNets ? new UNetTraining(settings, data, folder, messages, cancel).Run() : TrainLibrary();
        messages.Result(FormattableString.Invariant($"{record.Work.Steps} steps and {record.Work.ImagesSeen} images in ")
            + $"{Messages.Text(TimeSpan.FromSeconds(record.Work.WallSeconds))} "
            + $"({Messages.Text(TimeSpan.FromSeconds(record.Work.CpuSeconds))} of processor time). "
            + $"Wrote {string.Join(", ", record.Models.Values.Select(model => Path.Combine(folder, model.File)))}.");

        RunRecord TrainLibrary()
        {
            using var training = new LibraryTraining(settings, data, folder, checkpoint, messages, cancel);
            return training.Run();
        }
    }

    private void CheckTexts(ParseResult parsed)
    {
        var form = parsed.GetValue(_form)!.Value;
        if (!Forms.HasTexts(form) && (parsed.GetValue(_texts) is not null || parsed.GetValue(_embedder) is not null))
            throw new ArgumentException($"--form {Forms.NameOf(form)} has no texts; remove --texts and --embedder.");
    }

    private void CheckStages(ParseResult parsed)
    {
        if (parsed.GetValue(_stages) is not { } stages)
            return;
        if (Stage.Parse(stages) is null)
            throw new ArgumentException($"--stages is '{stages}'; expected sizes and passes such as 128x30,256x12.");
        if (parsed.GetValue(_epochs) is not null || parsed.GetValue(_input) is not null || parsed.GetValue(_form) == Form.UNets)
            throw new ArgumentException("--stages takes the place of --epochs and --input, and is not for U-Nets; remove one of them.");
    }
}
