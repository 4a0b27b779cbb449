using System.Xml.Linq;
using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Options;

/// <summary>Report of one finished training epoch.</summary>
/// <param name="Epoch">Epochs finished, from 1.</param>
/// <param name="Epochs">Epochs asked for.</param>
/// <param name="Loss">Mean of the weighted total loss over the epoch's steps.</param>
/// <param name="LossParts">Mean of each unweighted part by its name, such as "binary.dice", "semantic.class", "alignment".</param>
/// <param name="Validation">Every measure of the validation rows, each from 0 to 1; null without such rows.</param>
/// <param name="IsBest">Whether these weights are the best so far and so those that would be kept now.</param>
/// <param name="PromptsPerSecond">Prompts trained in a second of this epoch.</param>
/// <param name="TimeLeft">Estimate from the mean time of the epochs so far.</param>
/// <param name="Device">Device used, such as "CPU (2 threads)" or "CUDA:0".</param>
/// <param name="Precision">Number format of the encoder's products, "float32" or "bfloat16": see <see cref="SegSamOptions.Precision"/>.</param>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed record TrainingProgress(
    int Epoch,
    int Epochs,
    double Loss,
    IReadOnlyDictionary<string, double> LossParts,
    IReadOnlyDictionary<ValidationMetric, double>? Validation,
    bool IsBest,
    double PromptsPerSecond,
    TimeSpan TimeLeft,
    string Device,
    string Precision) : INotebookView
{
    /// <summary>Mean Dice of both decoders' masks on the validation rows: <see cref="ValidationMetric.MeanDice"/>; null without such rows.</summary>
    public double? ValidationDice => Validation?[ValidationMetric.MeanDice];

    string INotebookView.ToHtml() => Markup.Print(Markup.Tag("div", null,
        new XElement("progress", new XAttribute("max", Epochs), new XAttribute("value", Epoch), $"{Epoch} of {Epochs}"), " " + ToString()));

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        var parts = string.Join(", ", LossParts.Select(part => FormattableString.Invariant($"{part.Key} {part.Value:0.000}")));
        var measures = string.Join(", ", Validation?.Select(one => FormattableString.Invariant($"{one.Key} {one.Value:0.000}")) ?? []);
        var validation = Validation is null ? "" : $", validation {measures}{(IsBest ? " (best)" : "")}";
        return FormattableString.Invariant($"Epoch {Epoch}/{Epochs}: loss {Loss:0.000} ({parts}){validation}, {PromptsPerSecond:0} prompts/s, ")
            + FormattableString.Invariant($"{TimeLeft.TotalSeconds:0} s left, {Device}, {Precision}");
    }
}

/// <summary>Report of one image that an evaluation has finished.</summary>
/// <param name="Images">Images finished, from 1.</param>
/// <param name="AllImages">Images to evaluate.</param>
/// <param name="Objects">Objects finished.</param>
/// <param name="AllObjects">Objects to evaluate.</param>
/// <param name="TimeLeft">Estimate from the mean time of the objects so far.</param>
public sealed record EvaluationProgress(int Images, int AllImages, int Objects, int AllObjects, TimeSpan TimeLeft)
{
    /// <summary>One line for people.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"Image {Images}/{AllImages}, object {Objects}/{AllObjects}, {TimeLeft.TotalSeconds:0} s left");
}
