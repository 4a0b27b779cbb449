using System.Diagnostics;
using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Gathers the losses of an epoch's steps into its report.</summary>
internal sealed class EpochRecord
{
    private readonly double[] _parts = new double[SegSamLoss.PartNames.Count];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private double _total;
    private long _steps, _prompts, _promptsHere;

    /// <summary>The sums so far; setting them goes on from there.</summary>
    public EpochLosses Sums
    {
        get => new(_total, [.. _parts], _steps, _prompts);
        set
        {
            (_total, _steps, _prompts) = (value.Total, value.Updates, value.Prompts);
            value.Parts.CopyTo(_parts, 0);
            _clock.Restart();
        }
    }

    /// <param name="loss">Of the step.</param>
    /// <param name="parts">Of each piece of the step; they add up.</param>
    public void Add(double loss, IEnumerable<double[]> parts, int prompts)
    {
        _total += loss;
        foreach (var piece in parts)
        {
            for (var i = 0; i < _parts.Length; i++)
                _parts[i] += piece[i];
        }

        _steps++;
        _prompts += prompts;
        _promptsHere += prompts;
    }

    /// <summary>The report of the epoch that ends now; the next one starts empty.</summary>
    public TrainingProgress Finish(int epoch, int epochs, IReadOnlyDictionary<ValidationMetric, double>? validation, bool isBest, TimeSpan left, string device, string precision)
    {
        var parts = SegSamLoss.PartNames.Zip(_parts, (name, sum) => (name, mean: sum / _steps)).ToDictionary(part => part.name, part => part.mean);
        var report = new TrainingProgress(epoch, epochs, _total / _steps, parts, validation, isBest,
            _promptsHere / _clock.Elapsed.TotalSeconds, left, device, precision);
        Array.Clear(_parts);
        (_total, _steps, _prompts, _promptsHere) = (0, 0, 0, 0);
        _clock.Restart();
        return report;
    }
}
