using SampleKit;

namespace SegSam.Cli.Sources;

/// <summary>What reading a source tells, and when it stops.</summary>
/// <param name="Tell">Receives the part done, 0 to 1, and words for it.</param>
/// <param name="Note">Receives what the user should know of the rows, for the end of the conversion.</param>
/// <param name="LeftOut">Receives what no row is made of.</param>
internal sealed record SourceReading(Action<double, string> Tell, Action<string> Note, LeftOut LeftOut, CancellationToken Cancel)
{
    /// <summary>Goes through items, telling each and stopping when asked to.</summary>
    public IEnumerable<T> Each<T>(IReadOnlyList<T> items, string what)
    {
        for (var i = 0; i < items.Count; i++)
        {
            Cancel.ThrowIfCancellationRequested();
            yield return items[i];
            Done(i + 1, items.Count, what);
        }
    }

    /// <summary>Tells how many of some items are read.</summary>
    public void Done(int done, int count, string what) => Tell((double)done / count, $"{Words.Count(done)} of {Words.Count(count)} {what}");
}
