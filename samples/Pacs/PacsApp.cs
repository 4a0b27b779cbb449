using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.HostFiltering;
using Pacs.DicomWeb;
using Pacs.Jobs;

namespace Pacs;

/// <summary>Builds the service: it takes requests on this machine, and does them one after the other.</summary>
internal static class PacsApp
{
    private const int MostOfRequest = 100_000;

    /// <summary>Requests and answers; a misspelled member is an error.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <param name="model">The service disposes it.</param>
    /// <param name="port">0 selects a free port.</param>
    /// <param name="log">Null: to the console.</param>
    public static WebApplication Build(
        PacsOptions options, Credentials? credentials, LoadedModel model, int port, ILoggerProvider? log = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddFilter((category, level) =>
            level >= (category?.StartsWith(nameof(Pacs), StringComparison.Ordinal) == true ? LogLevel.Information : LogLevel.Warning));
        if (log is not null)
            builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = MostOfRequest;
            kestrel.AddServerHeader = false;
        });
        // A page from elsewhere whose host name resolves to this machine must not start jobs.
        builder.Services.Configure<HostFilteringOptions>(hosts => hosts.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        builder.Services.AddSingleton(_ => model);
        builder.Services.AddSingleton(_ => new DicomWebClient(options, credentials));
        builder.Services.AddSingleton(services => new Segmenter(options, services.GetRequiredService<DicomWebClient>(), model));
        builder.Services.AddSingleton<JobQueue>();
        builder.Services.AddHostedService(services => services.GetRequiredService<JobQueue>());
        var app = builder.Build();
        _ = app.Services.GetRequiredService<LoadedModel>();
        app.UseHostFiltering();
        app.MapPost("/segment", Segment);
        app.MapGet("/jobs/{id}", (string id, JobQueue jobs) => jobs.Find(id) is { } job ? Results.Json(job.Now, Json) : Unknown());
        app.MapDelete("/jobs/{id}", Cancel);
        return app;
    }

    // Browsers let pages send only JSON to their own server, unless that allows it: a page from elsewhere cannot start a job.
    private static async Task<IResult> Segment(HttpRequest request, JobQueue jobs)
    {
        if (!request.HasJsonContentType())
            return Problem(StatusCodes.Status415UnsupportedMediaType, "Expected JSON: send Content-Type: application/json.");
        try
        {
            var wanted = await request.ReadFromJsonAsync<SegmentRequest>(Json, request.HttpContext.RequestAborted)
                ?? throw new PacsException("The request is null; expected series and prompts.");
            wanted.Check();
            return jobs.Add(wanted) is { } job ? Results.Json(job.Now, Json, statusCode: StatusCodes.Status202Accepted)
                : Problem(StatusCodes.Status503ServiceUnavailable, "Too many jobs wait. Try again later.");
        }
        catch (Exception wrong) when (wrong is JsonException or PacsException)
        {
            return Problem(StatusCodes.Status400BadRequest, wrong.Message);
        }
    }

    private static IResult Cancel(string id, JobQueue jobs)
    {
        if (jobs.Find(id) is not { } job)
            return Unknown();
        if (!job.IsOver)
            job.Cancel();
        return Results.Json(job.Now, Json);
    }

    private static IResult Unknown() => Problem(StatusCodes.Status404NotFound,
        "There is no such job, or not any more: the service forgets them when it stops. Ask again; what is stored is not stored twice.");

    private static IResult Problem(int status, string message) => Results.Problem(message, statusCode: status);
}
