using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using SampleKit;

namespace Studio;

/// <summary>Long work as server-sent events: "waiting", "progress" any number of times, then its result, or "problem".</summary>
internal static class EventStream
{
    private const int MostPending = 64; // reports; a slow client loses the oldest

    /// <param name="lease">Held until the work has ended.</param>
    /// <param name="work">A <see cref="ProblemException"/> becomes the event "problem".</param>
    /// <param name="kind">Name of the last event.</param>
    public static async IAsyncEnumerable<SseItem<string>> Of<TReport, TResult>(ComputeQueue queue, IDisposable lease,
        Func<IProgress<TReport>, TResult> work, Func<TReport, object> describe, string kind, Func<TResult, string> write,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        using (lease)
        {
            var reports = Channel.CreateBounded<TReport>(
                new BoundedChannelOptions(MostPending) { FullMode = BoundedChannelFullMode.DropOldest });
            var progress = new InlineProgress<TReport>(report => reports.Writer.TryWrite(report));
            var running = queue.Run(() => work(progress), cancel);
            _ = running.ContinueWith(
                _ => reports.Writer.Complete(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            try
            {
                yield return new("{}", "waiting");
                await foreach (var report in reports.Reader.ReadAllAsync(cancel))
                    yield return new(JsonSerializer.Serialize(describe(report)), "progress");
                yield return await Last(running, kind, write);
            }
            finally
            {
                await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the lease must outlive the work
            }
        }
    }

    private static async Task<SseItem<string>> Last<TResult>(Task<TResult> running, string kind, Func<TResult, string> write)
    {
        try
        {
            return new(write(await running), kind);
        }
        catch (ProblemException problem)
        {
            return new(JsonSerializer.Serialize(new { detail = problem.Message }), "problem");
        }
    }
}
