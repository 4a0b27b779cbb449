using Microsoft.ML.SegSam.Options;


namespace SampleKit;

/// <summary>Reports at once: <see cref="Progress{T}"/> does it on other threads, later, but a console wants each line now.</summary>
public sealed class InlineProgress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => report(value);
}
