using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using SampleKit;
using Studio;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio;

/// <summary>A running Studio, with the model that ships unless another is given.</summary>
internal sealed class StudioServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    // Who stops reading leaves at once, as browsers do; by itself the client would go on to read for two seconds.
    private StudioServer(WebApplication app) =>
        (_app, Client) = (app, new(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero })
        {
            BaseAddress = new(app.Urls.Single()),
        });

    /// <summary>A sample of the gallery whose objects the model knows well.</summary>
    public static SampleImage Sample { get; } = SampleImages.Of("kidney-histology.png");

    /// <summary>Its file.</summary>
    public static byte[] SampleFile { get; } = File.ReadAllBytes(Sample.Path);

    public string Url => _app.Urls.Single();

    public HttpClient Client { get; }

    /// <param name="model">Disposed with the server; null: the one that the options name.</param>
    public static async Task<StudioServer> Start(StudioOptions? options = null, LoadedModel? model = null)
    {
        var settings = (options ?? new()) with { Port = 0 };
        var app = StudioApp.Build(settings, model ?? LoadedModel.From(settings));
        await app.StartAsync();
        return new(app);
    }

    public async Task<JsonElement> Status() => await Client.GetFromJsonAsync<JsonElement>("api/status");

    /// <summary>Asks for the status until it is as wanted; two minutes are far more than anything here takes.</summary>
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

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
