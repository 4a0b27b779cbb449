using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>A few threads that compute in parallel and share the cores equally.</summary>
/// <remarks>
/// Small networks spend more time on waking libtorch's helper threads than on computing, so whole micro-batches run in parallel instead.
/// Micro-batch i always runs on thread i, because torch's scopes and modes belong to threads.
/// </remarks>
internal sealed class TorchWorkers : IDisposable
{
    private readonly int _threadsBefore = get_num_threads();
    private readonly List<Worker> _workers;

    public TorchWorkers(int count)
    {
        var threadsPerWorker = Math.Max(1, _threadsBefore / count);
        _workers = [.. Enumerable.Range(0, count).Select(_ => new Worker(threadsPerWorker))];
    }

    public int Count => _workers.Count;

    /// <summary>Runs the work for 0..count−1 in parallel, waits for all of it, and throws the first failure.</summary>
    /// <param name="count">At most <see cref="Count"/>.</param>
    public void Run(int count, Action<int> work)
    {
        var running = Enumerable.Range(0, count).Select(i => _workers[i].Start(() => work(i))).ToArray();
        foreach (var task in running)
            ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        if (running.FirstOrDefault(task => task.IsFaulted) is { } failed)
            ExceptionDispatchInfo.Throw(failed.Exception!.InnerException!);
    }

    public void Dispose()
    {
        _workers.ForEach(worker => worker.Dispose());
        set_num_threads(_threadsBefore); // a worker's setting also applies to threads created later
    }

    private sealed class Worker : IDisposable
    {
        private readonly System.Collections.Concurrent.BlockingCollection<(Action Work, TaskCompletionSource Done)> _queue = [];
        private readonly Thread _thread;

        public Worker(int threads)
        {
            _thread = new Thread(() => Loop(threads)) { IsBackground = true, Name = "SegSam training" };
            _thread.Start();
        }

        public Task Start(Action work)
        {
            var done = new TaskCompletionSource();
            _queue.Add((work, done));
            return done.Task;
        }

        public void Dispose()
        {
            _queue.CompleteAdding();
            _thread.Join();
            _queue.Dispose();
        }

        private void Loop(int threads)
        {
            set_num_threads(threads);
            SignalStack.Enlarge();
            foreach (var (work, done) in _queue.GetConsumingEnumerable())
            {
                try
                {
                    work();
                    done.SetResult();
                }
                catch (Exception failure)
                {
                    done.SetException(failure);
                }
            }
        }
    }
}
