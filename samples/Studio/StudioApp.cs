using System.Net;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.HostFiltering;
using Studio.Volumes;

namespace Studio;

/// <summary>Builds the server.</summary>
internal static class StudioApp
{
    // The page loads nothing from other hosts, and cannot be embedded in other pages.
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <param name="options">From the command line.</param>
    /// <param name="model">Used for all images; the server disposes it.</param>
    public static WebApplication Build(StudioOptions options, LoadedModel model)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(options.Listen, options.Port);
            kestrel.Limits.MaxRequestBodySize = options.UploadBytes;
            kestrel.AddServerHeader = false;
        });
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // handled by Problems
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow; // a misspelled member would be lost
        });
        // DNS rebinding: a page from elsewhere whose host name resolves to this machine must not reach the images.
        if (IPAddress.IsLoopback(options.Listen))
            builder.Services.Configure<HostFilteringOptions>(hosts => hosts.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(_ => new Sessions<ImageSession>(options.Images));
        builder.Services.AddSingleton(_ => new Sessions<VolumeSession>(VolumeEndpoints.Kept));
        builder.Services.AddSingleton<ComputeQueues>();
        builder.Services.AddSingleton(_ => model);

        var app = builder.Build();
        app.UseHostFiltering();
        app.Use(next => context => Problems.Handle(context, next));
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = ContentPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            return next(context);
        });
        PageEndpoints.Map(app);
        ImageEndpoints.Map(app);
        PredictEndpoints.Map(app);
        VolumeEndpoints.Map(app);
        ObjectEndpoints.Map(app);
        return app;
    }
}
