using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>The threads that kernels run on. They stay, because micro kernels are compiled again for each thread.</summary>
/// <remarks>
/// A call runs on one of them, its leader, and loops within it are shared with those that are free. A leader waits only for parts that are
/// being computed, so that any number of callers may wait for few threads.
/// </remarks>
internal static class WorkerThreads
{
    private static readonly BlockingCollection<Action> Queue = [];
    private static readonly Lock Gate = new();
    private static int _count;

    [ThreadStatic] private static int _threads; // of the call that this thread leads; 0: none

    /// <summary>How many threads share the loops of the call that this thread leads; 0: it leads none.</summary>
    public static int Threads => _threads;

    /// <summary>Runs the work on a worker thread, and waits for it. What it throws is thrown here.</summary>
    /// <param name="threads">How many threads may share its loops, at least 1.</param>
    public static void Call(int threads, Action work)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Start(threads);
        using var done = new ManualResetEventSlim();
        ExceptionDispatchInfo? failure = null;
        Queue.Add(() =>
        {
            _threads = threads;
            try
            {
                work();
            }
            catch (Exception thrown)
            {
                failure = ExceptionDispatchInfo.Capture(thrown);
            }
            finally
            {
                _threads = 0;
                MicroKernels.Release();
                done.Set();
            }
        });
        done.Wait();
        failure?.Throw();
    }

    /// <summary>Runs the work for 0..count-1, in any order, on this thread and on those that are free; for work of a call.</summary>
    public static void For(int count, Action<int> work)
    {
        if (_threads == 0)
            throw new InvalidOperationException($"{nameof(For)} is for work that {nameof(Call)} runs.");
        var loop = new Loop(count, work);
        for (var i = 1; i < Math.Min(_threads, count); i++)
            Queue.Add(loop.Help);
        loop.Lead();
    }

    private static void Start(int threads)
    {
        lock (Gate)
        {
            for (; _count < threads; _count++)
                new Thread(Work) { IsBackground = true, Name = "SegSam kernels" }.Start();
        }

        static void Work()
        {
            foreach (var action in Queue.GetConsumingEnumerable())
                action();
        }
    }

    private sealed class Loop(int count, Action<int> work)
    {
        private const int SpinsBeforeSleep = 30; // some microseconds
        private readonly object _ended = new();
        private int _next, _helpers;
        private ExceptionDispatchInfo? _failure;

        public void Lead()
        {
            Run();
            for (var wait = new SpinWait(); Volatile.Read(ref _helpers) > 0 && wait.Count < SpinsBeforeSleep;)
                wait.SpinOnce(sleep1Threshold: -1);
            if (Volatile.Read(ref _helpers) > 0)
                WaitForHelpers();
            _failure?.Throw();
        }

        public void Help()
        {
            Interlocked.Increment(ref _helpers);
            try
            {
                Run();
                MicroKernels.Release();
            }
            finally
            {
                if (Interlocked.Decrement(ref _helpers) == 0)
                {
                    lock (_ended)
                        Monitor.PulseAll(_ended);
                }
            }
        }

        // On a busy machine a helper may have lost its core: it gets this one.
        private void WaitForHelpers()
        {
            lock (_ended)
            {
                while (Volatile.Read(ref _helpers) > 0)
                    Monitor.Wait(_ended);
            }
        }

        // A helper that comes too late finds nothing to do.
        private void Run()
        {
            try
            {
                for (var i = Interlocked.Increment(ref _next) - 1; i < count; i = Interlocked.Increment(ref _next) - 1)
                    work(i);
            }
            catch (Exception thrown)
            {
                _failure = ExceptionDispatchInfo.Capture(thrown);
                Volatile.Write(ref _next, count);
            }
        }
    }
}
