using System.Diagnostics;
using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Training;

/// <summary>How far a run has come: finished epochs, steps and updates, the losses of the running epoch, and the best epoch.</summary>
internal sealed class RunPosition
{
    private readonly int _epochsBefore; // finished before this Fit
    private readonly double[] _lossParts;
    private readonly Stopwatch _clock = Stopwatch.StartNew(), _epochClock = Stopwatch.StartNew();
    private double _loss;
    private long _updates, _prompts; // of the running epoch
    private long _promptsHere; // those of them that this Fit has trained
    private int _bestEpoch;
    private double? _best;

    /// <summary>Continues from a saved position.</summary>
    public RunPosition(SavedPosition start)
    {
        Epochs = start.Epochs;
        Steps = start.Steps;
        Updates = start.Updates;
        DroppedOthers = start.DroppedOthers;
        _epochsBefore = start.Epochs;
        _loss = start.Losses.Total;
        _lossParts = [.. start.Losses.Parts];
        _updates = start.Losses.Updates;
        _prompts = start.Losses.Prompts;
        _bestEpoch = start.BestEpoch;
        _best = start.Best;
    }

    /// <summary>Finished epochs.</summary>
    public int Epochs { get; private set; }

    /// <summary>Finished steps of the running epoch.</summary>
    public int Steps { get; private set; }

    /// <summary>Updates of the weights since the beginning of the run, correction rounds included.</summary>
    public long Updates { get; private set; }

    /// <summary>See <see cref="Trainer.DroppedOthers"/>.</summary>
    public long DroppedOthers { get; private set; }

    /// <summary>Whether an epoch was the best by a validation metric.</summary>
    public bool HasBest => _best is not null;

    /// <summary>The position as a state file keeps it.</summary>
    public SavedPosition Saved =>
        new(Epochs, Steps, Updates, DroppedOthers, new(_loss, [.. _lossParts], _updates, _prompts), _bestEpoch, _best);

    /// <summary>
    /// Whether a metric (never NaN) makes an epoch's weights the best: a higher one does, an equal one does not, and null always does.
    /// </summary>
    public bool IsBetter(double? metric) => metric is null || _best is null || metric > _best;

    /// <summary>Whether the best epoch is recent enough to go on; null waits without end.</summary>
    public bool IsWithin(int? patience) => patience is null || Epochs - _bestEpoch < patience;

    /// <summary>Counts one update of the weights.</summary>
    /// <param name="loss">The loss of the step.</param>
    /// <param name="parts">Its parts, from each micro-batch; they add up.</param>
    /// <param name="prompts">Number of prompts.</param>
    public void AddUpdate(double loss, IEnumerable<double[]> parts, int prompts)
    {
        _loss += loss;
        foreach (var microBatch in parts)
        {
            for (var i = 0; i < _lossParts.Length; i++)
                _lossParts[i] += microBatch[i];
        }

        Updates++;
        _updates++;
        _prompts += prompts;
        _promptsHere += prompts;
    }

    /// <summary>Counts a step, all its updates made.</summary>
    public void EndStep(int droppedOthers)
    {
        Steps++;
        DroppedOthers += droppedOthers;
    }

    /// <summary>Counts an epoch, reports it, and starts the next one with empty sums.</summary>
    /// <param name="epochs">Epochs of the whole run.</param>
    /// <param name="measures">Measures of the validation rows; null without such rows.</param>
    /// <param name="metric">The one that decides the best epoch.</param>
    public TrainingProgress EndEpoch(
        int epochs, IReadOnlyDictionary<ValidationMetric, double>? measures, double? metric, string device, string precision)
    {
        var isBest = IsBetter(metric);
        Epochs++;
        if (isBest)
        {
            _bestEpoch = Epochs;
            _best = metric;
        }

        var parts = SegSamLoss.PartNames.Zip(_lossParts).ToDictionary(part => part.First, part => part.Second / _updates);
        var left = _clock.Elapsed / (Epochs - _epochsBefore) * (epochs - Epochs);
        var report = new TrainingProgress(Epochs, epochs, _loss / _updates, parts, measures, isBest,
            _promptsHere / _epochClock.Elapsed.TotalSeconds, left, device, precision);

        Steps = 0;
        Array.Clear(_lossParts);
        _loss = 0;
        _updates = _prompts = _promptsHere = 0;
        _epochClock.Restart();
        return report;
    }
}
