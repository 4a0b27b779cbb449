namespace SegSam.Cli.Sources;

/// <summary>What reading a source tells, and when it stops.</summary>
/// <param name="Tell">Receives the part done, 0 to 1, and words for it.</param>
/// <param name="Note">Receives what was left out, and why.</param>
internal sealed record SourceReading(Action<double, string> Tell, Action<string> Note, CancellationToken Cancel)
{
    /// <summary>Goes through items, telling each and stopping when asked to.</summary>
    public IEnumerable<T> Each<T>(IReadOnlyList<T> items, string what)
    {
        for (var i = 0; i < items.Count; i++)
        {
            Cancel.ThrowIfCancellationRequested();
            yield return items[i];
            Tell((i + 1.0) / items.Count, $"{i + 1} of {items.Count} {what}");
        }
    }
}
