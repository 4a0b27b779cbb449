using System.CommandLine;
using Med2D.Scoring;
using Med2D.Tables;
using Med2D.Training;
using Med2D.UNets;
using SampleKit;

namespace Med2D.Commands;

/// <summary>Scores a model, and masks that need only the box, source by source.</summary>
internal sealed class EvaluateCommand : Command
{
    private readonly Option<string> _data = ValueOptions.Data(), _split = ValueOptions.Split("test");
    private readonly Option<string> _out = ValueOptions.Out("Where to write report.json.");
    private readonly Option<string> _sources = ValueOptions.Names("--sources", "Score these sources alone.");
    private readonly Option<string> _model = new("--model")
    {
        Description = "A model of the library, mini for the one that comes with the samples, or a folder of U-Nets that "
            + "'train --form u-nets' wrote. "
            + "Without one, only the filled box and the ellipse in it are scored.",
        HelpName = "FILE.zip|mini|FOLDER",
    };
    private readonly Option<bool> _ask = new("--table-categories")
    {
        Description = "The model answers with all categories of the table in place of its own; new ones are recognized by their texts.",
    };
    private readonly Option<Embedder?> _embedder = ValueOptions.Name<Embedder>("--embedder",
        "With --table-categories: what made vectors of the texts in training (default hashed).");
    private readonly Option<string> _card = new("--card")
    {
        Description = "A model card to write the figures into, and how the model was trained if run.json lies beside it.",
        HelpName = "FILE.md",
    };
    private readonly Option<int> _objects = ValueOptions.Whole("--objects-per-image", 4, 1,
        "At most so many objects of an image, drawn by the seed.");
    private readonly Option<int> _seed = ValueOptions.Whole("--seed", 1, 0, "Draws objects and points.");

    public EvaluateCommand() : base("evaluate",
        "Prompt each object by its box, by one point and by three points, and compare masks and names with the truth.")
    {
        foreach (var option in (Option[])[_data, _model, _out, _split, _sources, _objects, _seed, _ask, _embedder, _card])
            Add(option);
        this.SetRun(Run);
    }

    private void Run(ParseResult parsed, Messages messages, CancellationToken cancel)
    {
        var (seed, most, split) = (parsed.GetValue(_seed), parsed.GetValue(_objects), parsed.GetValue(_split)!);
        if (parsed.GetValue(_card) is not null && parsed.GetValue(_model) is null)
            throw new ArgumentException("--card needs --model, the file that the card is about.");
        var chosen = ValueOptions.NamesIn(parsed, _sources);
        if (parsed.GetValue(_card) is not null && chosen.Length > 0)
            throw new ArgumentException("--card is about all sources of the table; remove --sources.");
        var report = Path.Combine(parsed.GetRequiredValue(_out), EvaluationReport.FileName);
        OutputFile.CheckWritable(report);
        var table = ObjectTable.Read(parsed.GetRequiredValue(_data), split);
        var rows = table.Choose(chosen, [], []);
        var path = parsed.GetValue(_model) is { } named ? ShippedModel.FileOf(named) : null;
        var asked = parsed.GetValue(_ask) && File.Exists(path) ? OtherCategories.Of(path, table) : null;
        using var model = path is null ? null
            : asked is not null
                ? new SegSamScorer(path, seed, OtherCategories.Ask(path, table, parsed.GetValue(_embedder) ?? Embedder.Hashed))
                : Load(path, seed);
        var images = ImageObjects.Draw(table, TableCheck.Keep(table, rows, messages, cancel), most, seed);
        var sources = EvaluationRun.Run(model, table, images, messages, cancel);
        var facts = new EvaluationFacts(Path.GetFileName(table.Path), table.HasSplits ? split : null, most, seed, model?.Name,
            model?.Sha256, DateTimeOffset.UtcNow, chosen.Length > 0 ? chosen : null, asked);
        EvaluationReport.Write(report, facts, sources);
        if (parsed.GetValue(_card) is { } card)
            ModelCard.Write(card, RunOf(path!, facts), facts, sources);
        foreach (var line in EvaluationReport.Lines(sources))
            messages.Result(line);
        messages.Result($"Wrote {report}.");
    }

    private static RunRecord? RunOf(string model, EvaluationFacts facts) =>
        RunRecord.Find(Path.GetDirectoryName(Path.GetFullPath(model))!) is { } run
            && run.Models.Values.Any(trained => trained.Sha256 == facts.ModelSha256) ? run : null;

    private static IScoredModel Load(string path, int seed) => Directory.Exists(path) ? new UNetScorer(path)
        : File.Exists(path) ? new SegSamScorer(path, seed)
        : throw new FileNotFoundException($"There is no model '{path}'. Name a .zip or a folder that 'train' wrote, or remove --model.");
}
