namespace Microsoft.ML.SegSam.Training;

/// <summary>Linear warm-up over the first twentieth of the steps, then half a cosine down to zero, or half the rate after each third (our choice).</summary>
internal sealed class LearningRateSchedule(double highest, long steps, LearningRateDecay decay)
{
    private readonly long _warmUp = Math.Max(1, steps / 20);

    /// <param name="step">From 0.</param>
    public double At(long step) => step < _warmUp ? highest * (step + 1) / _warmUp
        : decay == LearningRateDecay.Step ? Math.ScaleB(highest, -(int)(3 * step / steps))
        : highest * 0.5 * (1 + Math.Cos(Math.PI * (step - _warmUp) / Math.Max(1, steps - _warmUp)));
}
