using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Runs an enumeration on a thread of its own, a few items ahead of who uses them.</summary>
internal static class ReadAhead
{
    /// <summary>The same items in the same order, and the same exception at the same place. The thread ends with the enumeration, also when that is broken off.</summary>
    /// <param name="items">At most how many wait.</param>
    public static IEnumerable<T> Of<T>(IEnumerable<T> source, int items)
    {
        using var queue = new BlockingCollection<T>(items);
        using var stop = new CancellationTokenSource();
        ExceptionDispatchInfo? failed = null;
        var thread = new Thread(() => failed = Fill(source, queue, stop.Token)) { IsBackground = true, Name = "SegSam reading" };
        thread.Start();
        try
        {
            foreach (var item in queue.GetConsumingEnumerable())
                yield return item;
        }
        finally
        {
            stop.Cancel();
            thread.Join();
        }

        failed?.Throw();
    }

    private static ExceptionDispatchInfo? Fill<T>(IEnumerable<T> source, BlockingCollection<T> queue, CancellationToken stop)
    {
        try
        {
            foreach (var item in source)
                queue.Add(item, stop);
            return null;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null; // nobody waits for it any more
        }
        catch (Exception failure)
        {
            return ExceptionDispatchInfo.Capture(failure);
        }
        finally
        {
            queue.CompleteAdding();
        }
    }
}
