using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Prediction;

namespace Studio;

/// <summary>Questions about an encoded image. Their answers are the library's own JSON.</summary>
internal static class QuestionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/images/{id}/predict", Predict);
        routes.MapPost("/api/images/{id}/everything", Everything);
    }

    private static async Task<IResult> Predict(string id, PredictRequest request, StudioModel model, ImageSessions sessions, Gates gates,
        CancellationToken cancel)
    {
        var predictor = model.Loaded.Predictor;
        using var lease = Rent(sessions, id);
        var answer = await gates.Short.Run(() => PromptSteps.Answer(predictor, lease, request.Steps, cancel).ToJson(), cancel);
        return Results.Text(answer, "application/json");
    }

    private static ServerSentEventsResult<string> Everything(string id, EverythingRequest request, StudioModel model, ImageSessions sessions, Gates gates,
        CancellationToken cancel)
    {
        // What can be refused is refused before the stream begins.
        var generator = request.Generator(model.Loaded);
        return TypedResults.ServerSentEvents(Stream(generator, Rent(sessions, id), gates, cancel));
    }

    private static async IAsyncEnumerable<SseItem<string>> Stream(SegSamMaskGenerator generator, ImageLease lease, Gates gates,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        using (lease)
        {
            var progress = Channel.CreateBounded<MaskGeneratorProgress>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
            var work = gates.Long.Run(() => generator.Generate(lease.Image, new Reporter(progress.Writer), cancel), cancel);
            _ = work.ContinueWith(_ => progress.Writer.Complete(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            try
            {
                yield return new("{}", "waiting");
                await foreach (var report in progress.Reader.ReadAllAsync(cancel))
                {
                    var numbers = new { done = report.PointsDone, points = report.Points, masks = report.Masks };
                    yield return new(JsonSerializer.Serialize(numbers), "progress");
                }

                var masks = await work;
                yield return new($"[{string.Join(',', masks.Select(each => each.ToJson()))}]", "masks");
            }
            finally
            {
                await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the lease may not end before
            }
        }
    }

    private static ImageLease Rent(ImageSessions sessions, string id) =>
        sessions.TryRent(id, out var lease) ? lease : throw new ProblemException(StatusCodes.Status404NotFound,
            "The server no longer has this image: it keeps those used last. Open it again.");

    private sealed class Reporter(ChannelWriter<MaskGeneratorProgress> writer) : IProgress<MaskGeneratorProgress>
    {
        public void Report(MaskGeneratorProgress value) => writer.TryWrite(value);
    }
}

/// <summary>What to keep of everything; what is null is the model's default.</summary>
/// <param name="PointsPerSide">Of the grid.</param>
/// <param name="Quality">Least predicted IoU.</param>
/// <param name="Stability">Least stability score.</param>
internal sealed record EverythingRequest(int? PointsPerSide, double? Quality, double? Stability)
{
    private const int MostPoints = 64;

    /// <exception cref="ProblemException">The model knows no clicks, or a number is out of its range.</exception>
    public SegSamMaskGenerator Generator(LoadedModel model)
    {
        if (PointsPerSide > MostPoints)
            throw new ProblemException(StatusCodes.Status400BadRequest, $"{PointsPerSide} points along each side are too many; expected 1 to {MostPoints}.");
        try
        {
            return new(model.Predictor, model.Thresholds with
            {
                PointsPerSide = PointsPerSide ?? model.Thresholds.PointsPerSide,
                PredIouThreshold = Quality ?? model.Thresholds.PredIouThreshold,
                StabilityScoreThreshold = Stability ?? model.Thresholds.StabilityScoreThreshold,
            });
        }
        catch (ArgumentException wrong)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, wrong.Message, wrong);
        }
    }
}
