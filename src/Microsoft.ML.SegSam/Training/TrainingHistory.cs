using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Collects the reports of a training run and draws its curves.</summary>
/// <remarks>
/// <code>
/// var history = new TrainingHistory(Console.WriteLine);
/// var model = ml.Transforms.SegSam(new SegSamOptions { BoxColumnName = "Box", Progress = history }).Fit(data);
/// File.WriteAllText("curves.svg", history.ToSvg());
/// </code>
/// Unlike <see cref="Progress{T}"/>, it receives each report at once, in order, on the training thread. It holds one run: a report whose
/// epoch does not follow the last one's begins a new run and drops the earlier reports, as when a notebook's cell is run again.
/// </remarks>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class TrainingHistory : IProgress<TrainingProgress>, INotebookView
{
    private readonly Lock _lock = new();
    private readonly Action<TrainingProgress>? _also;
    private readonly List<TrainingProgress> _epochs = [];

    /// <summary>Creates a history without reports.</summary>
    /// <param name="also">Receives each report too, such as <see cref="Console.WriteLine(object)"/>. Default null.</param>
    public TrainingHistory(Action<TrainingProgress>? also = null) => _also = also;

    /// <summary>The reports so far, in order; a copy.</summary>
    public IReadOnlyList<TrainingProgress> Epochs
    {
        get
        {
            lock (_lock)
                return [.. _epochs];
        }
    }

    /// <summary>Adds the report of one epoch.</summary>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        lock (_lock)
        {
            if (_epochs.Count > 0 && value.Epoch <= _epochs[^1].Epoch)
                _epochs.Clear();
            _epochs.Add(value);
        }

        _also?.Invoke(value);
    }

    /// <summary>
    /// The curves as an SVG picture: the loss and its parts; with validation rows also every measure of them, with the best epoch
    /// marked.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no report yet.</exception>
    public string ToSvg() => Draw(Epochs).ToString();

    /// <summary>The one-line summary of the last report.</summary>
    public override string ToString() => Epochs is [.., var last] ? last.ToString() : "no epoch yet";

    string INotebookView.ToHtml() => Epochs is [.., var last] epochs
        ? Markup.Print(Markup.Tag("div", null, Draw(epochs).Root), Markup.Tag("div", null, last.ToString()))
        : Markup.Print(Markup.Tag("div", null, ToString()));

    private static SvgPicture Draw(IReadOnlyList<TrainingProgress> epochs)
    {
        if (epochs.Count == 0)
        {
            throw new InvalidOperationException("There is no epoch to draw. Give this history to "
                + $"{nameof(SegSamOptions)}.{nameof(SegSamOptions.Progress)} and call Fit with at least one epoch first.");
        }

        var plots = Plots(epochs).ToList();
        var title = $"Training curves of {epochs.Count} epochs";
        var picture = new SvgPicture(plots.Count * LinePlot.Width, plots.Max(plot => plot.Height), title);
        foreach (var (i, plot) in plots.Index())
            plot.Draw(picture, i * LinePlot.Width);
        return picture;
    }

    private static IEnumerable<LinePlot> Plots(IReadOnlyList<TrainingProgress> epochs)
    {
        int[] places = [.. epochs.Select(epoch => epoch.Epoch)];
        var parts = epochs.SelectMany(epoch => epoch.LossParts.Keys).Distinct();
        yield return new("Training loss (the parts before weighting)", places,
        [
            new("total", [.. epochs.Select(epoch => epoch.Loss)], IsMain: true),
            .. parts.Select(part => Curve(part, epoch => epoch.LossParts.GetValueOrDefault(part, double.NaN))),
        ]);

        var measures = epochs.SelectMany(epoch => epoch.Validation?.Keys ?? []).Distinct().Order().ToList();
        if (measures.Count == 0)
            yield break;
        var best = epochs.LastOrDefault(epoch => epoch.IsBest)?.Epoch;
        yield return new("Validation", places,
            [.. measures.Select((measure, i) => Curve(measure.ToString(),
                epoch => epoch.Validation?.GetValueOrDefault(measure, double.NaN) ?? double.NaN, isMain: i == 0))],
            Highest: 1, Marked: best is { } at ? (at, $"best: {at}") : null);

        PlotCurve Curve(string name, Func<TrainingProgress, double> value, bool isMain = false) =>
            new(name, [.. epochs.Select(value)], isMain);
    }
}
