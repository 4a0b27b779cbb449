using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using SampleKit.Messages;

namespace Studio;

/// <summary>Predictions for an encoded image, in the library's own JSON.</summary>
internal static class PredictEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/images/{id}/predict", Predict);
        routes.MapPost("/api/images/{id}/everything", Everything);
    }

    private static async Task<IResult> Predict(string id, PredictRequest request, LoadedModel model, Sessions<ImageSession> sessions,
        ComputeQueues queues, CancellationToken cancel)
    {
        using var lease = Rent(sessions, id);
        var json = await queues.Short.Run(() => PromptSteps.Predict(model.Predictor, lease.Item, request.Steps, cancel).ToJson(), cancel);
        return Results.Text(json, "application/json");
    }

    private static ServerSentEventsResult<string> Everything(string id, EverythingRequest request, LoadedModel model,
        Sessions<ImageSession> sessions, ComputeQueues queues, CancellationToken cancel)
    {
        // Invalid requests are refused before the stream starts.
        var generator = request.Generator(model);
        var lease = Rent(sessions, id);
        return TypedResults.ServerSentEvents(EventStream.Of<OperationProgress, IReadOnlyList<GeneratedMask>>(queues.Long, lease,
            progress => generator.Generate(lease.Item.Image, progress, cancel),
            report => new { done = report.Done, total = report.Total, description = report.Description },
            "masks", masks => $"[{string.Join(',', masks.Select(mask => mask.ToJson()))}]", cancel));
    }

    private static Lease<ImageSession> Rent(Sessions<ImageSession> sessions, string id) =>
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
            throw new ProblemException(StatusCodes.Status400BadRequest, FailureText.Of(wrong), wrong);
        }
    }
}
