using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.Net.Http.Headers;
using Pacs;

namespace Microsoft.ML.SegSam.Tests.Samples.Pacs;

/// <summary>A server with one series, which answers as a test wants where it wants something else than success.</summary>
internal sealed class FakePacs : IAsyncDisposable
{
    private const string Boundary = "next-part";
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;

    private FakePacs()
    {
        PacsSeriesFiles.Write(_folder.Path);
        Series = MedicalVolume.List(_folder.Path).Single().SeriesUid!;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(context => Answer(context));
    }

    public string Series { get; }

    /// <summary>Asks for an object of the series.</summary>
    public object Request => new { series = Series, prompts = new[] { new { slice = 1, box = PacsSeriesFiles.Box } } };

    /// <summary>In place of the usual answer; null: that.</summary>
    public Func<HttpContext, Task>? Search { get; set; }

    public Func<HttpContext, Task>? Retrieve { get; set; }

    public Func<HttpContext, Task>? Store { get; set; }

    /// <summary>The last file that was stored.</summary>
    public byte[]? Stored { get; private set; }

    /// <summary>All paths and queries that were asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public PacsOptions Options => new(new Uri(_app.Urls.Single() + "/"));

    public IReadOnlyList<string> Files => [.. Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal)];

    public static async Task<FakePacs> Start()
    {
        var server = new FakePacs();
        await server._app.StartAsync();
        return server;
    }

    public static Task Json(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/dicom+json";
        return context.Response.WriteAsync(text);
    }

    /// <summary>Begins a series.</summary>
    public static void Begin(HttpContext context) =>
        context.Response.ContentType = $"multipart/related; type=\"application/dicom\"; boundary={Boundary}";

    /// <summary>Sends a file of it.</summary>
    public static async Task Send(HttpContext context, byte[] file)
    {
        await context.Response.WriteAsync($"--{Boundary}\r\nContent-Type: application/dicom\r\n\r\n");
        await context.Response.Body.WriteAsync(file);
        await context.Response.WriteAsync("\r\n");
        await context.Response.Body.FlushAsync();
    }

    public static Task End(HttpContext context) => context.Response.WriteAsync($"--{Boundary}--\r\n");

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private Task Answer(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Asked.Enqueue(context.Request.GetEncodedPathAndQuery());
        if (context.Request.Method == "POST")
            return Store is null ? Keep(context) : Store(context);
        if (path == "/series" || path.EndsWith("/series", StringComparison.Ordinal))
            return Search is null ? Found(context, path) : Search(context);
        return Retrieve is null ? SendAll(context) : Retrieve(context);
    }

    private Task Found(HttpContext context, string path) => Json(context, 200, path == "/series" ? $$$"""
        [{"0020000D":{"vr":"UI","Value":["1.2.3"]},"0020000E":{"vr":"UI","Value":["{{{Series}}}"]},"00080060":{"vr":"CS","Value":["CT"]},
        "00100010":{"vr":"PN","Value":[{"Alphabetic":"Müller^Änne"}]},"00201209":{"vr":"IS","Value":["{{{PacsSeriesFiles.Slices}}}"]}}]
        """ : "[]");

    private async Task SendAll(HttpContext context)
    {
        Begin(context);
        foreach (var file in Files)
            await Send(context, await File.ReadAllBytesAsync(file));
        await End(context);
    }

    private async Task Keep(HttpContext context)
    {
        var type = MediaTypeHeaderValue.Parse(context.Request.ContentType);
        Assert.AreEqual("multipart/related", type.MediaType.Value);
        Assert.AreEqual("\"application/dicom\"", type.Parameters.Single(part => part.Name == "type").Value.Value);
        var reader = new MultipartReader(type.Boundary.Value!.Trim('"'), context.Request.Body);
        using var file = new MemoryStream();
        await (await reader.ReadNextSectionAsync())!.Body.CopyToAsync(file);
        Stored = file.ToArray();
        await Json(context, 200, """{"00081199":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Value":["1.2"]}}]}}""");
    }
}
