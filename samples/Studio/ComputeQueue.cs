namespace Studio;

/// <summary>Limits how many computations run at once; the others wait in order. A client that leaves while waiting costs nothing.</summary>
internal sealed class ComputeQueue(int width) : IDisposable
{
    private readonly SemaphoreSlim _free = new(width);
    private int _running, _canceled;

    public int Running => Volatile.Read(ref _running);

    /// <summary>How many computations were canceled while they waited or ran.</summary>
    public int Canceled => Volatile.Read(ref _canceled);

    /// <exception cref="OperationCanceledException">Canceled while waiting, or by the work.</exception>
    public async Task<T> Run<T>(Func<T> work, CancellationToken cancel)
    {
        try
        {
            await _free.WaitAsync(cancel);
            Interlocked.Increment(ref _running);
            try
            {
                return await Task.Run(work, cancel);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
                _free.Release();
            }
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _canceled);
            throw;
        }
    }

    public void Dispose() => _free.Dispose();
}

/// <summary>Two queues, so that a click never waits behind a long computation.</summary>
internal sealed class ComputeQueues : IDisposable
{
    /// <summary>Predictions for prompts: as many as there are cores.</summary>
    public ComputeQueue Short { get; } = new(Environment.ProcessorCount);

    /// <summary>Encoding images and segmenting everything: half as many.</summary>
    public ComputeQueue Long { get; } = new(Math.Max(1, Environment.ProcessorCount / 2));

    public int Running => Short.Running + Long.Running;

    public int Canceled => Short.Canceled + Long.Canceled;

    public void Dispose()
    {
        Short.Dispose();
        Long.Dispose();
    }
}
