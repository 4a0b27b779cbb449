namespace Microsoft.ML.SegSam.Training;

/// <summary>Linear warm-up over the first twentieth of the steps, then half a cosine down to zero (our choice).</summary>
internal sealed class LearningRateSchedule(double highest, long steps)
{
    private readonly long _warmUp = Math.Max(1, steps / 20);

    /// <param name="step">From 0.</param>
    public double At(long step) => step < _warmUp
        ? highest * (step + 1) / _warmUp
        : highest * 0.5 * (1 + Math.Cos(Math.PI * (step - _warmUp) / Math.Max(1, steps - _warmUp)));
}
