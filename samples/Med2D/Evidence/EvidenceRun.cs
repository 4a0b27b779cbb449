using System.Text.Json.Serialization;
using Med2D.Scoring;
using Med2D.Training;

namespace Med2D.Evidence;

/// <summary>A finished training with its scores.</summary>
/// <param name="Epochs">Passes over the images; 0 for U-Nets, where each source has its own.</param>
/// <param name="Parameters">Trained weights of all networks; null where not known.</param>
/// <param name="Facts">What it was scored on.</param>
/// <param name="Sources">The figures of each source of the table.</param>
internal sealed record EvidenceRun(
    RunSettings Settings, int Epochs, Work Work, long? Parameters, string? Device, EvaluationFacts Facts,
    IReadOnlyList<SourceFigures> Sources)
{
    /// <summary>Reads what 'train' and 'evaluate' wrote into one folder.</summary>
    /// <exception cref="InvalidDataException">The run is unfinished, was not scored, or the scores are of another model.</exception>
    public static EvidenceRun Read(string folder)
    {
        var run = RunRecord.Find(folder) is { Finished: not null } found ? found
            : throw new InvalidDataException($"'{folder}' holds no finished run; repeat the 'train' that began it.");
        var path = Path.Combine(folder, EvaluationReport.FileName);
        if (!File.Exists(path))
        {
            throw new InvalidDataException(
                $"'{folder}' has no {EvaluationReport.FileName}; run 'evaluate' on its model with --out {folder}.");
        }

        var (facts, sources) = EvaluationReport.Read(path);
        if (facts.ModelSha256 != run.Models.Values.First().Sha256 && facts.ModelSha256 != Digests.OfFile(RunRecord.PathIn(folder)))
            throw new InvalidDataException($"'{path}' is of another model than the run in its folder; run 'evaluate' again.");
        return new(run.Settings, run.Epochs, run.Work, run.Models.Values.Sum(model => model.Parameters), run.Device, facts, sources);
    }

    /// <summary>The scored sources, which have images.</summary>
    [JsonIgnore]
    public IEnumerable<SourceFigures> Scored => Sources.Where(source => source.Images > 0);

    /// <summary>What is equal for runs that differ by their seeds alone.</summary>
    [JsonIgnore]
    public (string Form, string Rows, string? Encoder, int? Input, string? Checkpoint, string? Texts, string? Embedder, double? Minutes,
        int? Epochs, string? Stages, bool Frozen, int Recipe, string Table, string? Split, string? Chosen, bool Asked) Variant => (
        Settings.Form, Settings.Rows, Settings.Encoder, Settings.Input, Settings.Checkpoint, Settings.Texts, Settings.Embedder,
        Settings.Minutes, Settings.Epochs, Settings.Stages, Settings.Frozen, Settings.Recipe, Facts.Table, Facts.Split,
        Facts.Chosen is null ? null : string.Join(',', Facts.Chosen), Facts.Asked is not null);
}
