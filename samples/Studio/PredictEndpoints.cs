using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Options;
using SampleKit;

namespace Studio;

/// <summary>Predictions for an encoded image, in the library's own JSON.</summary>
internal static class PredictEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/images/{id}/predict", Predict);
        routes.MapPost("/api/images/{id}/everything", Everything);
    }

    private static async Task<IResult> Predict(string id, PredictRequest request, LoadedModel model, ImageSessions sessions,
        ComputeQueues queues, CancellationToken cancel)
    {
        using var lease = Rent(sessions, id);
        var json = await queues.Short.Run(() => PromptSteps.Predict(model.Predictor, lease, request.Steps, cancel).ToJson(), cancel);
        return Results.Text(json, "application/json");
    }

    private static ServerSentEventsResult<string> Everything(string id, EverythingRequest request, LoadedModel model,
        ImageSessions sessions, ComputeQueues queues, CancellationToken cancel)
    {
        // Invalid requests are refused before the stream starts.
        var generator = request.Generator(model);
        return TypedResults.ServerSentEvents(Stream(generator, Rent(sessions, id), queues, cancel));
    }

    private static async IAsyncEnumerable<SseItem<string>> Stream(SegSamMaskGenerator generator, ImageLease lease, ComputeQueues queues,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        using (lease)
        {
            var reports = Channel.CreateBounded<OperationProgress>(
                new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
            var progress = new InlineProgress<OperationProgress>(report => reports.Writer.TryWrite(report));
            var work = queues.Long.Run(() => generator.Generate(lease.Image, progress, cancel), cancel);
            _ = work.ContinueWith(
                _ => reports.Writer.Complete(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            try
            {
                yield return new("{}", "waiting");
                await foreach (var report in reports.Reader.ReadAllAsync(cancel))
                {
                    var progressed = new { done = report.Done, total = report.Total, description = report.Description };
                    yield return new(JsonSerializer.Serialize(progressed), "progress");
                }

                var masks = await work;
                yield return new($"[{string.Join(',', masks.Select(mask => mask.ToJson()))}]", "masks");
            }
            finally
            {
                await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the lease must outlive the work
            }
        }
    }

    private static ImageLease Rent(ImageSessions sessions, string id) =>
        sessions.TryRent(id, out var lease) ? lease : throw new ProblemException(StatusCodes.Status404NotFound,
            "The server no longer has this image: it keeps only the most recent ones. Open it again.");
}

/// <summary>Settings for segmenting everything; null selects the model's default.</summary>
/// <param name="PointsPerSide">Points per side of the grid.</param>
/// <param name="PredIouThreshold">Minimum predicted IoU.</param>
/// <param name="StabilityScoreThreshold">Minimum stability score.</param>
internal sealed record EverythingRequest(int? PointsPerSide, double? PredIouThreshold, double? StabilityScoreThreshold)
{
    private const int MostPoints = 64;

    /// <exception cref="ProblemException">The model was trained without points, or a number is out of range.</exception>
    public SegSamMaskGenerator Generator(LoadedModel model)
    {
        if (PointsPerSide > MostPoints)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest,
                $"{PointsPerSide} points per side are too many; expected 1 to {MostPoints}.");
        }

        try
        {
            return new(model.Predictor, model.Thresholds with
            {
                PointsPerSide = PointsPerSide ?? model.Thresholds.PointsPerSide,
                PredIouThreshold = PredIouThreshold ?? model.Thresholds.PredIouThreshold,
                StabilityScoreThreshold = StabilityScoreThreshold ?? model.Thresholds.StabilityScoreThreshold,
            });
        }
        catch (ArgumentException wrong)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, wrong.Message, wrong);
        }
    }
}
