using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using SampleKit;

namespace Pacs.Jobs;

/// <summary>Does jobs one after the other. It logs no identifier and nothing of a patient: a job has its number and its mark.</summary>
internal sealed partial class JobQueue(Segmenter segmenter, ILogger<JobQueue> log) : BackgroundService
{
    private const int MostWaiting = 100, MostKept = 1000;
    private readonly Channel<Job> _waiting = Channel.CreateBounded<Job>(MostWaiting);
    private readonly Dictionary<string, Job> _jobs = [];
    private readonly Queue<string> _over = [];
    private readonly Lock _lock = new();
    private int _count;

    /// <returns>Null where too many wait.</returns>
    public Job? Add(SegmentRequest request)
    {
        var job = new Job(Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture), request);
        lock (_lock)
        {
            if (!_waiting.Writer.TryWrite(job))
                return null;
            _jobs.Add(job.Now.Id, job);
            return job;
        }
    }

    /// <returns>Null where there is no such job, or not any more.</returns>
    public Job? Find(string id)
    {
        lock (_lock)
        {
            return _jobs.GetValueOrDefault(id);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var job in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            using (var cancel = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, job.Canceled))
                await Run(job, cancel.Token);
            Forget(job);
        }
    }

    private async Task Run(Job job, CancellationToken cancel)
    {
        var (id, started) = (job.Now.Id, Stopwatch.GetTimestamp());
        try
        {
            cancel.ThrowIfCancellationRequested();
            job.Change(now => now with { State = JobState.Running });
            var result = await segmenter.Run(job.Request, new InlineProgress<SegmentProgress>(
                progress => job.Change(now => now with { Progress = progress })), cancel);
            job.Change(now => now with { State = JobState.Stored, Progress = null, Result = result });
            if (result.WasThere)
                WasThere(id, result.Mark);
            else
                Stored(id, result.Mark, string.Join("; ", result.Objects), Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            job.Change(now => now with { State = JobState.Canceled, Progress = null });
            Canceled(id);
        }
        catch (PacsException failure)
        {
            job.Change(now => now with { State = JobState.Failed, Progress = null, Error = failure.Message });
            Failed(id, failure.Message);
        }
#pragma warning disable CA1031 // the next job must not suffer
        catch (Exception failure)
#pragma warning restore CA1031
        {
            job.Change(now => now with { State = JobState.Failed, Progress = null,
                Error = $"An error that was not foreseen ({failure.GetType().Name}); the service's log says where." });
            Broke(id, failure.GetType().Name, failure.StackTrace); // its message may hold anything
        }
    }

    private void Forget(Job job)
    {
        lock (_lock)
        {
            _over.Enqueue(job.Now.Id);
            if (_over.Count > MostKept && _jobs.Remove(_over.Dequeue(), out var old))
                old.Dispose();
        }
    }

    [LoggerMessage(LogLevel.Information, "Job {Id}: stored as (SEG-SAM {Mark}) after {Seconds:0.0} s: {Objects}")]
    private partial void Stored(string id, string mark, string objects, double seconds);

    [LoggerMessage(LogLevel.Information, "Job {Id}: (SEG-SAM {Mark}) was there already, nothing was stored")]
    private partial void WasThere(string id, string mark);

    [LoggerMessage(LogLevel.Information, "Job {Id}: canceled, nothing was stored")]
    private partial void Canceled(string id);

    [LoggerMessage(LogLevel.Warning, "Job {Id}: failed. {Reason}")]
    private partial void Failed(string id, string reason);

    [LoggerMessage(LogLevel.Error, "Job {Id}: broke with {Kind}\n{Where}")]
    private partial void Broke(string id, string kind, string? where);
}
