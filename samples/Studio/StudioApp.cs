using System.Net;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.HostFiltering;

namespace Studio;

/// <summary>Puts the server together.</summary>
internal static class StudioApp
{
    // Nothing is loaded from elsewhere, and nothing of the page may be embedded elsewhere.
    private const string ContentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <param name="options">The command line's.</param>
    /// <param name="given">The model to use; null: that of phantoms. It becomes the server's to dispose of.</param>
    /// <param name="training">How the model of phantoms is made.</param>
    /// <param name="output">Gets what a console would show.</param>
    public static WebApplication Build(StudioOptions options, LoadedModel? given, PhantomTraining training, TextWriter output)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(options.Listen, options.Port);
            kestrel.Limits.MaxRequestBodySize = options.UploadBytes;
            kestrel.AddServerHeader = false;
        });
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // Problems answers
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow; // a misspelt member would be lost
        });
        // A page elsewhere whose name is made to point here must not reach the images.
        if (IPAddress.IsLoopback(options.Listen))
            builder.Services.Configure<HostFilteringOptions>(hosts => hosts.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(_ => new ImageSessions(options.Images));
        builder.Services.AddSingleton<Gates>();
        builder.Services.AddSingleton(_ => new SamplePhantoms(training.Modalities));
        builder.Services.AddSingleton(_ => new StudioModel(given, training, options.Cache, output));
        builder.Services.AddHostedService(services => services.GetRequiredService<StudioModel>());

        var app = builder.Build();
        app.UseHostFiltering();
        app.Use(next => context => Problems.Answer(context, next));
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            (headers.ContentSecurityPolicy, headers.XContentTypeOptions, headers["Referrer-Policy"]) = (ContentPolicy, "nosniff", "no-referrer");
            return next(context);
        });
        PageEndpoints.Map(app);
        ImageEndpoints.Map(app);
        QuestionEndpoints.Map(app);
        return app;
    }
}
