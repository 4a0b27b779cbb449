namespace SegSam.Cli;

/// <summary>Reports at once: <see cref="Progress{T}"/> does it on other threads, later, when the bar may be gone.</summary>
internal sealed class Reports<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
