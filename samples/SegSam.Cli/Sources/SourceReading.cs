using SampleKit;

namespace SegSam.Cli.Sources;

/// <summary>Progress, messages and cancellation while a source is read.</summary>
/// <param name="Report">Receives the part done, 0 to 1, and a text.</param>
/// <param name="Note">Receives messages about the rows, for the end of the conversion.</param>
/// <param name="LeftOut">Receives items that become no row.</param>
internal sealed record SourceReading(Action<double, string> Report, Action<string> Note, LeftOut LeftOut, CancellationToken Cancel)
{
    /// <summary>Enumerates items with progress and cancellation.</summary>
    public IEnumerable<T> Each<T>(IReadOnlyList<T> items, string what)
    {
        for (var i = 0; i < items.Count; i++)
        {
            Cancel.ThrowIfCancellationRequested();
            yield return items[i];
            Done(i + 1, items.Count, what);
        }
    }

    /// <summary>Reports how many items have been read.</summary>
    public void Done(int done, int count, string what) =>
        Report((double)done / count, $"{NumberText.Count(done)} of {NumberText.Count(count)} {what}");
}
