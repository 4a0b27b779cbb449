using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.ML.SegSam.Tests.Support;
using Pacs;
using Pacs.Jobs;

namespace Microsoft.ML.SegSam.Tests.Samples.Pacs;

/// <summary>The running service, with the model that ships.</summary>
internal sealed class PacsService : IAsyncDisposable
{
    private readonly CapturedLog _log = new();
    private readonly TemporaryFolder _temporary = new();
    private readonly WebApplication _app;

    private PacsService(PacsOptions options, string? password)
    {
        Options = options with { TemporaryFolder = _temporary.Path };
        _app = PacsApp.Build(Options, CredentialsOf(password), LoadedModel.From(options.Model), port: 0, _log);
    }

    public PacsOptions Options { get; }

    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>All that was logged.</summary>
    public string Log => string.Join('\n', _log.Lines);

    /// <summary>What is left of series that were fetched.</summary>
    public IReadOnlyList<string> Leftovers => Directory.GetFileSystemEntries(_temporary.Path, "*", SearchOption.AllDirectories);

    public static async Task<PacsService> Start(PacsOptions options, string? password = OrthancServer.Password)
    {
        var service = new PacsService(options, password);
        await service._app.StartAsync();
        service.Client.BaseAddress = new(service._app.Urls.Single());
        return service;
    }

    public static Credentials? CredentialsOf(string? password, string? user = OrthancServer.User) => Credentials.From(
        new ConfigurationBuilder().AddInMemoryCollection(password is null ? [] : new Dictionary<string, string?>
        {
            ["Pacs:User"] = user, ["Pacs:Password"] = password,
        }).Build());

    /// <summary>Adds a job; answers with its number.</summary>
    public async Task<string> Add(object request)
    {
        using var answer = await Client.PostAsJsonAsync("segment", request);
        Assert.AreEqual(202, (int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    /// <summary>Asks for a job until it is as wanted; two minutes are far more than it takes.</summary>
    public async Task<JsonElement> WaitFor(string id, Predicate<JsonElement> isIt)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var job = await Client.GetFromJsonAsync<JsonElement>($"jobs/{id}", patience.Token);
            if (isIt(job))
                return job;
            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>What becomes of a job; afterwards no file of the series is left.</summary>
    public async Task<JsonElement> Finish(string id)
    {
        var job = await WaitFor(id, job => job.GetProperty("state").GetString() is "stored" or "failed" or "canceled");
        Assert.IsEmpty(Leftovers);
        return job;
    }

    public async Task<JsonElement> Stored(object request)
    {
        var job = await Finish(await Add(request));
        Assert.AreEqual("stored", job.GetProperty("state").GetString(), job.ToString());
        return job.GetProperty("result");
    }

    public async Task<string> Error(object request)
    {
        var job = await Finish(await Add(request));
        Assert.AreEqual("failed", job.GetProperty("state").GetString(), job.ToString());
        return job.GetProperty("error").GetString()!;
    }

    public Task Stop() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Stop();
        await _app.DisposeAsync();
        _log.Dispose();
        _temporary.Dispose();
    }

    private sealed class CapturedLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
