using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.ML.SegSam.Tests.Support;
using Phantoms;
using Studio;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio;

/// <summary>
/// A running Studio with a small model that its first start trained: interrupted after an epoch, and gone on with at the second.
/// </summary>
internal sealed class StudioServer : IAsyncDisposable
{
    public static readonly PhantomTraining Training = new(["fundus"], Slices: 64, Side: 128, Epochs: 8, InputSize: 64);

    private static readonly Lazy<Task<FirstStart>> Trained = new(TrainInTwoStarts);
    private static readonly Lazy<(PhantomSlice, byte[])> Painted = new(() =>
    {
        var sample = new SamplePhantoms(Training.Modalities).All.Values.First();
        return (PhantomGenerator.Create(1_000_004, 1, 512, new() { Modalities = Training.Modalities }).Single(), sample.Png);
    });

    private readonly WebApplication _app;

    public string Url => _app.Urls.Single();

    private StudioServer(WebApplication app, StringWriter output) => (_app, Output, Client) = (app, output,
        new() { BaseAddress = new(app.Urls.Single()) });

    public HttpClient Client { get; }

    public StringWriter Output { get; }

    /// <summary>What the first two starts left and said.</summary>
    public static Task<FirstStart> First => Trained.Value;

    /// <summary>A server whose cache holds the trained model.</summary>
    public static async Task<StudioServer> Start(StudioOptions? options = null)
    {
        var first = await First;
        var server = await StartIn(first.Cache.Path, options);
        await server.WaitFor(status => status.GetProperty("phase").GetString() == "ready");
        return server;
    }

    public static async Task<StudioServer> StartIn(string cache, StudioOptions? options = null, LoadedModel? given = null)
    {
        var output = new StringWriter();
        var app = StudioApp.Build((options ?? new()) with { Port = 0, Cache = cache }, given, Training, TextWriter.Synchronized(output));
        await app.StartAsync();
        return new(app, output);
    }

    public async Task<JsonElement> Status() => await Client.GetFromJsonAsync<JsonElement>("api/status");

    /// <summary>Asks for the status until it is as wanted; a minute is far more than anything here takes.</summary>
    public async Task<JsonElement> WaitFor(Predicate<JsonElement> isIt)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        for (var status = await Status(); ; status = await Status())
        {
            if (isIt(status))
                return status;
            await Task.Delay(50, patience.Token);
        }
    }

    /// <summary>Uploads a file; answers with its id.</summary>
    public async Task<string> Upload(byte[] file)
    {
        using var answer = await Client.PostAsync("api/images", new ByteArrayContent(file));
        Assert.IsTrue(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    public Task<HttpResponseMessage> Ask(string id, params object[] steps) =>
        Client.PostAsJsonAsync($"api/images/{id}/predict", new { steps });

    public async Task<string> Answer(string id, params object[] steps)
    {
        using var answer = await Ask(id, steps);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.IsTrue(answer.IsSuccessStatusCode, text);
        return text;
    }

    /// <summary>A sample of the gallery as the page opens it, with the truth about it.</summary>
    public static (PhantomSlice Slice, byte[] Png) Sample() => Painted.Value;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public static void Free()
    {
        if (Trained.IsValueCreated && Trained.Value.IsCompletedSuccessfully)
            Trained.Value.Result.Cache.Dispose();
    }

    private static async Task<FirstStart> TrainInTwoStarts()
    {
        var cache = new TemporaryFolder();
        string[] left;
        string early, late, status;
        await using (var first = await StartIn(cache.Path))
        {
            status = (await first.WaitFor(status => status.GetProperty("done").GetDouble() > 0)).GetRawText();
            using var refused = await first.Client.PostAsync("api/images", new ByteArrayContent(Sample().Png));
            early = await refused.Content.ReadAsStringAsync();
            await first._app.StopAsync(); // as Ctrl-C does
            left = [.. Directory.GetFiles(cache.Path).Select(Path.GetFileName).Order()!];
            early = first.Output + early;
        }

        await using (var second = await StartIn(cache.Path))
        {
            await second.WaitFor(status => status.GetProperty("phase").GetString() == "ready");
            late = second.Output.ToString();
        }

        return new(cache, left, status, early, late);
    }
}

/// <param name="Cache">Holds the model.</param>
/// <param name="Left">Files in it after the interruption.</param>
/// <param name="Status">During training, as JSON.</param>
/// <param name="Early">What the first start said, and its answer to an upload.</param>
/// <param name="Late">What the second said.</param>
internal sealed record FirstStart(TemporaryFolder Cache, string[] Left, string Status, string Early, string Late);
