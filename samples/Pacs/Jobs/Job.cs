namespace Pacs.Jobs;

/// <summary>Where a job stands.</summary>
internal enum JobState
{
    /// <summary>Others come first.</summary>
    Waiting,

    /// <summary>It is being done.</summary>
    Running,

    /// <summary>The server has the segmentation.</summary>
    Stored,

    /// <summary>Nothing was stored; the error says why.</summary>
    Failed,

    /// <summary>It was canceled before anything was stored.</summary>
    Canceled,
}

/// <summary>A request on its way.</summary>
internal sealed class Job(string id, SegmentRequest request) : IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private volatile Snapshot _now = new(id, request.Series, JobState.Waiting);

    public SegmentRequest Request => request;

    public CancellationToken Canceled => _cancel.Token;

    /// <summary>What a caller sees.</summary>
    public Snapshot Now => _now;

    public bool IsOver => Now.State >= JobState.Stored;

    public void Change(Func<Snapshot, Snapshot> change) => _now = change(_now);

    public void Cancel() => _cancel.Cancel();

    public void Dispose() => _cancel.Dispose();

    /// <summary>A job at one moment.</summary>
    /// <param name="Id">Its number.</param>
    /// <param name="Series">What was asked for.</param>
    /// <param name="Progress">Null unless it is running.</param>
    /// <param name="Result">Null unless it was stored.</param>
    /// <param name="Error">Null unless it failed.</param>
    internal sealed record Snapshot(string Id, string Series, JobState State, SegmentProgress? Progress = null,
        SegmentResult? Result = null, string? Error = null);
}
