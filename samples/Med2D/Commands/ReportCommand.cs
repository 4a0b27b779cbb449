using System.CommandLine;
using Med2D.Evidence;
using Med2D.Training;
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
        "Where to write evidence.json and evidence.md. Runs of an evidence.json that is there stay, unless --runs has them anew.");

    public ReportCommand() : base("report", "Write the tables of trained and scored models.")
    {
        Add(_runs);
        Add(_out);
        this.SetRun(Run);
    }

    private void Run(ParseResult parsed, Messages messages, CancellationToken cancel)
    {
        var folder = parsed.GetRequiredValue(_out);
        string file = Path.Combine(folder, "evidence.json"), page = Path.Combine(folder, "evidence.md");
        OutputFile.CheckWritable(page);
        var added = parsed.GetValue(_runs) is { } runs ? Read(runs, messages) : [];
        var all = EvidenceFile.Merge(EvidenceFile.Read(file), added);
        if (all.Count == 0)
            throw new InvalidDataException($"There is no run: '{file}' has none, and --runs names none that is finished and scored.");
        EvidenceFile.Write(file, all);
        OutputFile.Write(page, new EvidencePage(EvidenceFile.Read(file)).Text);
        messages.Result(FormattableString.Invariant($"{added.Count} runs added, {all.Count} in all. Wrote {file} and {page}."));
    }

    private static List<EvidenceRun> Read(string runs, Messages messages)
    {
        if (!Directory.Exists(runs))
            throw new DirectoryNotFoundException($"There is no folder '{runs}'. Set --runs to the folder that holds the runs.");
        var read = new List<EvidenceRun>();
        foreach (var folder in Directory.GetDirectories(runs).Where(folder => File.Exists(RunRecord.PathIn(folder)))
            .Order(StringComparer.Ordinal))
        {
            try
            {
                read.Add(EvidenceRun.Read(folder));
            }
            catch (InvalidDataException unfit)
            {
                messages.Note($"Left out: {unfit.Message}");
            }
        }

        return read;
    }
}
