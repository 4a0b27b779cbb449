using System.CommandLine;
using Med2D.Evidence;
using Med2D.Scoring;
using Med2D.Tables;
using Med2D.Training;
using Med2D.UNets;
using SampleKit;

namespace Med2D.Commands;

/// <summary>Writes the figures of trained and scored models as a page.</summary>
internal sealed class ReportCommand : Command
{
    private readonly Option<string> _runs = new("--runs")
    {
        Description = "A folder whose folders each hold a run: what 'train' wrote, and the report.json of 'evaluate' on its model.",
        HelpName = "FOLDER",
    };
    private readonly Option<string> _out = ValueOptions.Out(
        "Where to write evidence.json and evidence.md. Runs of an evidence.json that is there stay, unless --runs has newer ones.");

    private readonly Option<string> _data = new("--data")
    {
        Description = "The table whose images a picture shows, with the masks of the first run of each method in --runs.",
        HelpName = "TABLE.csv",
    };

    public ReportCommand() : base("report", "Write the tables of trained and scored models.")
    {
        Add(_runs);
        Add(_data);
        Add(_out);
        this.SetRun(Run);
    }

    private void Run(ParseResult parsed, Messages messages, CancellationToken cancel)
    {
        var folder = parsed.GetRequiredValue(_out);
        string file = Path.Combine(folder, "evidence.json"), page = Path.Combine(folder, "evidence.md");
        OutputFile.CheckWritable(page);
        var added = parsed.GetValue(_runs) is { } runs ? Read(runs, messages) : [];
        var all = EvidenceFile.Merge(EvidenceFile.Read(file), [.. added.Select(run => run.Run)]);
        if (all.Count == 0)
            throw new InvalidDataException($"There is no run: '{file}' has none, and --runs names none that is finished and scored.");
        EvidenceFile.Write(file, all);
        var written = EvidenceFile.Read(file); // rounded, so that a page without new runs is the same
        var selection = new EvidenceSelection(written);
        OutputFile.Write(page, new EvidencePage(selection).Text);
        if (selection.Outdated > 0)
            messages.Note(FormattableString.Invariant($"{selection.Outdated} runs of earlier recipes are in {file}, but not on the page."));
        if (parsed.GetValue(_data) is { } table)
            Draw(table, added, selection, Path.Combine(folder, EvidencePage.Picture), messages, cancel);
        messages.Result(FormattableString.Invariant($"{added.Count} runs added, {all.Count} in all. Wrote {file} and {page}."));
    }

    private static void Draw(
        string path, IReadOnlyList<(string Folder, EvidenceRun Run)> added, EvidenceSelection selection, string picture,
        Messages messages, CancellationToken cancel)
    {
        var facts = selection.Reference.Runs[0].Facts;
        var table = ObjectTable.Read(path, facts.Split ?? "");
        var images = ImageObjects.Draw(
            table, TableCheck.Keep(table, table.Rows, messages, cancel), facts.ObjectsPerImage, facts.Seed);
        var modalities = table.All.GroupBy(row => row.Source).ToDictionary(source => source.Key, source => source.First().Modality);
        var compared = selection.Methods.SelectMany(method => method.Runs).Select(run => run.Facts.ModelSha256).ToHashSet();
        var methods = new List<(string Title, IScoredModel Model)>();
        try
        {
            foreach (var (form, title) in ((Form, string)[])
                [(Form.UNets, "U-Nets"), (Form.SamStyle, "SAM-style"), (Form.SegSam, "SEG-SAM")])
            {
                var (found, run) = added.FirstOrDefault(item => compared.Contains(item.Run.Facts.ModelSha256)
                    && item.Run.Settings.Form == Forms.NameOf(form));
                if (run is null)
                    continue;
                methods.Add((title, form == Form.UNets ? new UNetScorer(found)
                    : new SegSamScorer(Path.Combine(found, RunRecord.Find(found)!.Models.Values.Single().File), facts.Seed)));
            }

            OutputFile.Write(picture, EvidencePicture.Draw(images, source => modalities[source], methods));
        }
        finally
        {
            foreach (var (_, model) in methods)
                model.Dispose();
        }
    }

    private static List<(string Folder, EvidenceRun Run)> Read(string runs, Messages messages)
    {
        if (!Directory.Exists(runs))
            throw new DirectoryNotFoundException($"There is no folder '{runs}'. Set --runs to the folder that holds the runs.");
        var read = new List<(string, EvidenceRun)>();
        foreach (var folder in Directory.GetDirectories(runs).Where(folder => File.Exists(RunRecord.PathIn(folder)))
            .Order(StringComparer.Ordinal))
        {
            try
            {
                read.Add((folder, EvidenceRun.Read(folder)));
            }
            catch (InvalidDataException unfit)
            {
                messages.Note($"Left out: {unfit.Message}");
            }
        }

        return read;
    }
}
