namespace Studio;

/// <summary>An error that the user can fix: what was found, what was expected, what to do. It becomes the response's problem
/// details.</summary>
/// <param name="status">HTTP status code.</param>
/// <param name="message">For people.</param>
internal sealed class ProblemException(int status, string message, Exception? inner = null) : Exception(message, inner)
{
    public int Status => status;
}

/// <summary>Turns exceptions into responses that the page shows unchanged.</summary>
internal static class Problems
{
    private const int ClientClosedRequest = 499;

    public static async Task Handle(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientClosedRequest; // the client is gone
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
