using System.Reflection;
using Microsoft.ML.SegSam.Display;
using Microsoft.Net.Http.Headers;
using Studio.Volumes;

namespace Studio;

/// <summary>Serves the embedded page, the status of the server, and exports.</summary>
internal static class PageEndpoints
{
    private const string Prefix = "page/", Start = "index.html";

    private static readonly Dictionary<string, string> Types = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var file = name[Prefix.Length..].Replace('\\', '/'); // of a build on Windows
            var tag = new EntityTagHeaderValue($"\"{assembly.ManifestModule.ModuleVersionId}\"");
            routes.MapGet(file == Start ? "/" : $"/{file}", (HttpContext context) =>
            {
                context.Response.Headers.CacheControl = "no-cache"; // the browser revalidates, and gets 304 if nothing changed
                return Results.Stream(assembly.GetManifestResourceStream(name)!, Types[Path.GetExtension(file)], entityTag: tag);
            });
        }

        routes.MapGet("/api/status", Status);
        routes.MapPost("/api/export/coco", (ExportRequest request, LoadedModel model, StudioOptions options) =>
            Results.Json(new Exports(request, model.Categories, options.Pixels).Coco()));
        routes.MapPost("/api/export/label-map", (ExportRequest request, LoadedModel model, StudioOptions options) =>
            Results.Bytes(new Exports(request, model.Categories, options.Pixels).LabelMapPng(), "image/png"));
    }

    private static object Status(LoadedModel model, StudioOptions options, Sessions<ImageSession> sessions,
        Sessions<VolumeSession> volumes, ComputeQueues queues) => new
    {
        model = new
        {
            model.Name,
            model.HasNames,
            model.NoPoints,
            model.Categories,
            everything = new
            {
                model.Thresholds.PointsPerSide,
                model.Thresholds.PredIouThreshold,
                model.Thresholds.StabilityScoreThreshold,
            },
        },
        limits = new { options.UploadBytes, options.Pixels, options.VolumeBytes },
        palette = Enumerable.Range(0, Rgb.PaletteSize).Select(Rgb.FromPalette).Select(color => $"#{color.R:x2}{color.G:x2}{color.B:x2}"),
        images = sessions.Count,
        volumes = volumes.Count,
        running = queues.Running,
        canceled = queues.Canceled,
    };
}
