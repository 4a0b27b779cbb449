using System.Diagnostics;
using Microsoft.ML.SegSam.Losses;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Gathers the losses of an epoch's steps into its report.</summary>
internal sealed class EpochRecord
{
    private readonly double[] _parts = new double[SegSamLoss.PartNames.Count];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private double _total;
    private long _steps, _prompts;

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
    }

    /// <summary>The report of the epoch that ends now; the next one starts empty.</summary>
    public TrainingProgress Finish(int epoch, int epochs, double? validationDice, bool isBest, TimeSpan left, string device, string precision)
    {
        var parts = SegSamLoss.PartNames.Zip(_parts, (name, sum) => (name, mean: sum / _steps)).ToDictionary(part => part.name, part => part.mean);
        var report = new TrainingProgress(epoch, epochs, _total / _steps, parts, validationDice, isBest,
            _prompts / _clock.Elapsed.TotalSeconds, left, device, precision);
        Array.Clear(_parts);
        (_total, _steps, _prompts) = (0, 0, 0);
        _clock.Restart();
        return report;
    }
}
