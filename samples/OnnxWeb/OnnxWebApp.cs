using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Imaging;

namespace OnnxWeb;

/// <summary>Builds the server: it encodes images; all else happens in the page.</summary>
internal static class OnnxWebApp
{
    private const long MostBytes = 32_000_000;

    // The page loads nothing from other hosts; compiling ONNX Runtime's WebAssembly must be allowed.
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <param name="folder">What <see cref="SegSamTransformer.SaveOnnx"/> wrote.</param>
    /// <param name="runtime">Folder of ONNX Runtime for browsers.</param>
    /// <param name="port">0 selects a free port.</param>
    /// <exception cref="IOException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">The folder holds something else, or is damaged.</exception>
    public static WebApplication Build(string folder, string runtime, ushort port)
    {
        var model = SegSamTransformer.Load(folder);
        var predictor = new SegSamPredictor(model);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = MostBytes;
        });
        // A page from elsewhere whose host name resolves to this machine must not reach the images.
        builder.Services.Configure<HostFilteringOptions>(hosts => hosts.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        builder.Services.AddSingleton(_ => model); // the server disposes it

        var app = builder.Build();
        _ = app.Services.GetRequiredService<SegSamTransformer>();
        app.UseHostFiltering();
        app.Use((context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = ContentPolicy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return next(context);
        });
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Path.GetFullPath(runtime)), RequestPath = "/ort",
        });
        app.MapGet("/model/decoder.onnx", () => Results.File(Path.GetFullPath(Path.Combine(folder, "decoder.onnx"))));
        app.MapGet("/model/info", () => new
        {
            model.Info.InputSize, Resize = model.Info.Resize.ToString(), model.Categories, MaskSide = model.Info.InputSize / 4,
        });
        app.MapPost("/encode", request => Encode(predictor, request));
        return app;
    }

    // Answers with the embedding as float32 numbers, little end first; its shape and the image's size are in the header.
    private static async Task Encode(SegSamPredictor predictor, HttpContext context)
    {
        try
        {
            using var file = new MemoryStream();
            await context.Request.Body.CopyToAsync(file, context.RequestAborted);
            using var image = ImageFile.Decode(file.GetBuffer().AsSpan(0, (int)file.Length));
            using var encoded = predictor.Encode(image);
            var headers = context.Response.Headers;
            headers["Image-Size"] = FormattableString.Invariant($"{encoded.Height} {encoded.Width}");
            headers["Embedding-Shape"] = string.Join(' ', encoded.EmbeddingShape);
            context.Response.ContentType = "application/octet-stream";
            await context.Response.Body.WriteAsync(MemoryMarshal.AsBytes(encoded.Embedding.Span).ToArray(), context.RequestAborted);
        }
        catch (InvalidDataException wrong)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            await context.Response.WriteAsync(wrong.Message);
        }
        catch (BadHttpRequestException wrong)
        {
            context.Response.StatusCode = wrong.StatusCode;
            await context.Response.WriteAsync($"The image has more than {MostBytes / 1_000_000} MB.");
        }
    }
}
