namespace SampleKit;

/// <summary>Reports on the calling thread at once, where <see cref="Progress{T}"/> would post each report to another thread.</summary>
public sealed class InlineProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
