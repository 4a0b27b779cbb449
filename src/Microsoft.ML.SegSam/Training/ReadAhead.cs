using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Runs an enumeration on its own thread, a few items ahead of its consumer.</summary>
internal static class ReadAhead
{
    /// <summary>
    /// Gives the same items in the same order, and throws the same exception at the same place. The thread ends with the enumeration, also
    /// if the consumer stops early.
    /// </summary>
    /// <param name="items">The most items that wait.</param>
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
            return null; // the consumer has stopped
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
