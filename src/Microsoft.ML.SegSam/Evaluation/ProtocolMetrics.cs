using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>What a model reaches with each kind of prompt, every one from the same fixed prompts (method, 8).</summary>
/// <remarks>
/// <para>
/// Masks are compared at the original size. The measures of single masks and what they do about empty ones are
/// <see cref="SegmentationMetrics"/>'; true masks are never empty here, since no prompt can point at nothing. <see cref="LabelMapMetrics"/> and
/// <see cref="PresenceMetrics"/> define the others. What has nothing to be measured on is NaN, counted nowhere, and "n/a" in the table.
/// </para>
/// <para>Prompted results are not comparable with those of networks that get no prompt, such as U-Net or nnU-Net.</para>
/// </remarks>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed record ProtocolMetrics : INotebookView
{
    /// <summary>Seed of the prompts.</summary>
    public required int Seed { get; init; }

    /// <summary>How many images there were.</summary>
    public required int Images { get; init; }

    /// <summary>One entry for each kind of prompt: box, then 1, 3 and 5 points.</summary>
    public required IReadOnlyList<PromptKindMetrics> Prompts { get; init; }

    /// <summary>The figures for one kind of prompt.</summary>
    public PromptKindMetrics this[PromptKind kind] => Prompts.Single(each => each.Prompt == kind);

    /// <summary>Tables with the kinds of prompts as lines; then a line for each category and modality.</summary>
    public override string ToString() => ProtocolTable.Print(this);

    /// <summary>All figures in full precision as comma-separated values, one line of column names first.</summary>
    /// <returns>
    /// Column prompt tells the kind, scope what a line is about: "mean over masks", "mean over cases", "mean over categories", "category" (name
    /// says which; a mean over its masks), or one of the means followed by " of modality" (name says which). What is not a number, or has no
    /// meaning in a line, is an empty cell. The same in every culture.
    /// </returns>
    public string ToCsv() => ProtocolCsv.Print(this);

    /// <summary>All figures in full precision as a JSON object whose members are named like the properties, in camel case.</summary>
    /// <returns>Indented text; what is not a number is null.</returns>
    public string ToJson() => MetricsJson.Print(this);

    string INotebookView.ToHtml() => ProtocolTable.Html(this);

    internal static string NameOf(PromptKind kind) => kind switch
    {
        PromptKind.Box => "box",
        PromptKind.OnePoint => "1 point",
        _ => $"{(int)kind} points",
    };
}
