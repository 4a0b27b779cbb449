using System.Xml.Linq;
using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Options;

/// <summary>Report of one finished training epoch.</summary>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class TrainingProgress : INotebookView
{
    internal TrainingProgress(int epoch, int epochs, double loss, IReadOnlyDictionary<string, double> lossParts,
        IReadOnlyDictionary<ValidationMetric, double>? validation, bool isBest, double promptsPerSecond, TimeSpan timeLeft, string device,
        string precision)
    {
        Epoch = epoch;
        Epochs = epochs;
        Loss = loss;
        LossParts = lossParts;
        Validation = validation;
        IsBest = isBest;
        PromptsPerSecond = promptsPerSecond;
        TimeLeft = timeLeft;
        Device = device;
        Precision = precision;
    }

    /// <summary>Number of finished epochs, from 1.</summary>
    public int Epoch { get; }

    /// <summary>Number of epochs to train.</summary>
    public int Epochs { get; }

    /// <summary>Mean of the weighted total loss over the epoch's steps.</summary>
    public double Loss { get; }

    /// <summary>Mean of each unweighted part of the loss by its name, such as "binary.dice", "semantic.class", "alignment".</summary>
    public IReadOnlyDictionary<string, double> LossParts { get; }

    /// <summary>Every measure of the validation rows, each from 0 to 1; null without such rows.</summary>
    public IReadOnlyDictionary<ValidationMetric, double>? Validation { get; }

    /// <summary>
    /// Mean Dice of both decoders' masks on the validation rows (<see cref="ValidationMetric.MeanDice"/>); null without such rows.
    /// </summary>
    public double? ValidationDice => Validation?[ValidationMetric.MeanDice];

    /// <summary>Whether these weights are the best so far, and so those that training would keep now.</summary>
    public bool IsBest { get; }

    /// <summary>Prompts trained per second in this epoch.</summary>
    public double PromptsPerSecond { get; }

    /// <summary>Estimate from the mean time of the epochs so far.</summary>
    public TimeSpan TimeLeft { get; }

    /// <summary>The device used, such as "CPU (2 threads)" or "CUDA:0".</summary>
    public string Device { get; }

    /// <summary>
    /// Number format of the encoder's matrix products, "float32" or "bfloat16": see <see cref="SegSamOptions.Precision"/>.
    /// </summary>
    public string Precision { get; }

    /// <summary>A one-line summary.</summary>
    public override string ToString()
    {
        var parts = string.Join(", ", LossParts.Select(part => FormattableString.Invariant($"{part.Key} {part.Value:0.000}")));
        var measures = string.Join(", ",
            Validation?.Select(measure => FormattableString.Invariant($"{measure.Key} {measure.Value:0.000}")) ?? []);
        var validation = Validation is null ? "" : $", validation {measures}{(IsBest ? " (best)" : "")}";
        return FormattableString.Invariant($"Epoch {Epoch}/{Epochs}: loss {Loss:0.000} ({parts}){validation}, ")
            + FormattableString.Invariant($"{PromptsPerSecond:0} prompts/s, {TimeLeft.TotalSeconds:0} s left, {Device}, {Precision}");
    }

    string INotebookView.ToHtml() => Markup.Print(Markup.Tag("div", null,
        new XElement("progress", new XAttribute("max", Epochs), new XAttribute("value", Epoch), $"{Epoch} of {Epochs}"), " " + ToString()));
}
