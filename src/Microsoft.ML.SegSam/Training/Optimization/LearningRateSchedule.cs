namespace Microsoft.ML.SegSam.Training.Optimization;

/// <summary>Linear warm-up over the first twentieth of the updates, then half a cosine down to zero (our choice).</summary>
internal sealed class LearningRateSchedule(double highest, long updates)
{
    private readonly long _warmUp = Math.Max(1, updates / 20);

    /// <param name="update">Counts from 0.</param>
    public double At(long update) => update < _warmUp ? highest * (update + 1) / _warmUp
        : highest * 0.5 * (1 + Math.Cos(Math.PI * (update - _warmUp) / Math.Max(1, updates - _warmUp)));
}
