using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>What a model reaches with each kind of prompt, from fixed prompts (method, 8).</summary>
/// <remarks>
/// <para>
/// Masks are compared at the original size. <see cref="SegmentationMetrics"/> defines the measures of single masks; true masks are never
/// empty here, since no prompt can point at nothing. <see cref="LabelMapMetrics"/> and <see cref="PresenceMetrics"/> define the others. A
/// figure without anything to measure is NaN, does not count in any mean, and is "n/a" in the table.
/// </para>
/// <para>Prompted results are not comparable with those of networks that get no prompt, such as U-Net or nnU-Net.</para>
/// </remarks>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class ProtocolMetrics : INotebookView
{
    internal ProtocolMetrics(int seed, int images, IReadOnlyList<PromptKindMetrics> prompts)
    {
        Seed = seed;
        Images = images;
        Prompts = prompts;
    }

    /// <summary>Seed of the prompts.</summary>
    public int Seed { get; }

    /// <summary>Number of images.</summary>
    public int Images { get; }

    /// <summary>One entry for each kind of prompt: box, then 1, 3 and 5 points.</summary>
    public IReadOnlyList<PromptKindMetrics> Prompts { get; }

    /// <summary>The figures for one kind of prompt.</summary>
    public PromptKindMetrics this[PromptKind kind] => Prompts.Single(metrics => metrics.Prompt == kind);

    /// <summary>Tables with one line per kind of prompt, then a table with one line per category and modality.</summary>
    public override string ToString() => ProtocolTable.Print(this);

    /// <summary>All figures in full precision as comma-separated values, one line of column names first.</summary>
    /// <returns>
    /// Column prompt holds the kind of prompt. Column scope says what a line is about: "mean over masks", "mean over cases", "mean over
    /// categories", "category" (a mean over the masks of the category in column name), or one of the means followed by " of modality" (that
    /// in column name). NaN, and figures that do not apply to a line, are empty cells. The text is the same in every culture.
    /// </returns>
    public string ToCsv() => ProtocolCsv.Print(this);

    /// <summary>All figures in full precision as a JSON object whose members are named like the properties, in camel case.</summary>
    /// <returns>Indented text; NaN is null.</returns>
    public string ToJson() => MetricsJson.Print(this);

    string INotebookView.ToHtml() => ProtocolTable.Html(this);

    internal static string NameOf(PromptKind kind) => kind switch
    {
        PromptKind.Box => "box",
        PromptKind.OnePoint => "1 point",
        _ => $"{(int)kind} points",
    };
}
