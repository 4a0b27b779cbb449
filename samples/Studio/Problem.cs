namespace Studio;

/// <summary>Something the user can mend: what was found, what was expected, what to do. It becomes the answer's problem details.</summary>
/// <param name="status">HTTP status code.</param>
/// <param name="message">For people.</param>
internal sealed class ProblemException(int status, string message, Exception? inner = null) : Exception(message, inner)
{
    public int Status => status;
}

/// <summary>Turns exceptions into answers that the page shows as they are.</summary>
internal static class Problems
{
    private const int ClientClosedRequest = 499;

    public static async Task Answer(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientClosedRequest; // nobody reads it
        }
        catch (ProblemException problem) when (!context.Response.HasStarted)
        {
            await Write(context, problem.Status, problem.Message);
        }
        catch (BadHttpRequestException problem) when (!context.Response.HasStarted)
        {
            await Write(context, problem.StatusCode, (problem.InnerException ?? problem).Message);
        }
    }

    private static Task Write(HttpContext context, int status, string message) =>
        Results.Problem(message, statusCode: status).ExecuteAsync(context);
}
