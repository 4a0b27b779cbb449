using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.ML.SegSam.Tests.Support;
using Pacs;

namespace Microsoft.ML.SegSam.Tests.Samples.Pacs;

/// <summary>An Orthanc of its own on this machine. A test that needs it is skipped, and says so, where it is not installed.</summary>
internal sealed class OrthancServer : IAsyncDisposable
{
    public const string User = "tester", Password = "Unguessable-7142";
    private const string Plugin = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;
    private readonly HttpClient _client;
    private readonly int _port = FreePort();

    private OrthancServer(string program, bool hasDicomWeb)
    {
        var path = Path.Combine(_folder.Path, "orthanc.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["StorageDirectory"] = Path.Combine(_folder.Path, "images"),
            ["IndexDirectory"] = Path.Combine(_folder.Path, "images"),
            ["HttpPort"] = _port,
            ["HttpBindAddresses"] = (string[])["127.0.0.1"],
            ["RemoteAccessAllowed"] = false,
            ["DicomServerEnabled"] = false,
            ["AuthenticationEnabled"] = true,
            ["RegisteredUsers"] = new Dictionary<string, string> { [User] = Password },
            ["Plugins"] = hasDicomWeb ? (string[])[Plugin] : [],
        }));
        _process = Process.Start(new ProcessStartInfo(program, [path]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        _client = new(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new(FormattableString.Invariant($"http://127.0.0.1:{_port}/")),
        };
        _client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
    }

    public Uri DicomWeb => PacsOptions.ServerOf(new Uri(_client.BaseAddress!, "dicom-web").ToString(), allowsPlainHttp: false);

    /// <param name="hasDicomWeb">Whether it loads the plugin.</param>
    public static async Task<OrthancServer> Start(bool hasDicomWeb = true)
    {
        var program = ((string[])[.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/sbin"])
            .Select(folder => Path.Combine(folder, "Orthanc")).FirstOrDefault(File.Exists);
        if (program is null || !File.Exists(Plugin))
        {
            Assert.Inconclusive("Skipped: there is no Orthanc, or not its plugin DICOMweb "
                + "(Debian: apt-get install orthanc orthanc-dicomweb).");
        }

        var server = new OrthancServer(program, hasDicomWeb);
        try
        {
            await server.WaitUntilReady();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stores all files of a folder; answers with the series of the last.</summary>
    public async Task<string> Upload(string folder)
    {
        var series = "";
        foreach (var file in Directory.GetFiles(folder))
        {
            using var answer = await _client.PostAsync("instances", new ByteArrayContent(await File.ReadAllBytesAsync(file)));
            Assert.IsTrue(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            using var stored = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            var about = await Get($"series/{stored.RootElement.GetProperty("ParentSeries").GetString()}");
            series = about.GetProperty("MainDicomTags").GetProperty("SeriesInstanceUID").GetString()!;
        }

        return series;
    }

    /// <summary>The only file of a series, as it is stored.</summary>
    public async Task<byte[]> Only(string series) => await _client.GetByteArrayAsync($"instances/{await OnlyId(series)}/file");

    /// <summary>What the server reads in it, by the names of DICOM.</summary>
    public async Task<JsonElement> OnlyTags(string series) => await Get($"instances/{await OnlyId(series)}/tags?simplify");

    /// <summary>What the server reads in each file of a series.</summary>
    public async Task<IReadOnlyList<JsonElement>> Tags(string series)
    {
        var tags = new List<JsonElement>();
        foreach (var id in await Ids(series))
            tags.Add(await Get($"instances/{id}/tags?simplify"));
        return tags;
    }

    /// <summary>How many series of a modality the server has.</summary>
    public async Task<int> Count(string modality)
    {
        var count = 0;
        foreach (var id in (await Get("series")).EnumerateArray())
        {
            var series = await Get($"series/{id.GetString()}");
            count += series.GetProperty("MainDicomTags").GetProperty("Modality").GetString() == modality ? 1 : 0;
        }

        return count;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private async Task<string> OnlyId(string series) => (await Ids(series)).Single();

    private async Task<IReadOnlyList<string>> Ids(string series)
    {
        using var found = await _client.PostAsync("tools/lookup", new StringContent(series));
        using var ids = JsonDocument.Parse(await found.Content.ReadAsStringAsync());
        var id = ids.RootElement.EnumerateArray().Single().GetProperty("ID").GetString();
        return [.. (await Get($"series/{id}")).GetProperty("Instances").EnumerateArray().Select(instance => instance.GetString()!)];
    }

    private async Task<JsonElement> Get(string path)
    {
        using var content = JsonDocument.Parse(await _client.GetStringAsync(path));
        return content.RootElement.Clone();
    }

    // Two minutes are far more than it takes.
    private async Task WaitUntilReady()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            try
            {
                using var answer = await _client.GetAsync("system", patience.Token);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // not yet
            }

            if (_process.HasExited)
                Assert.Fail($"Orthanc ended with {_process.ExitCode.ToString(CultureInfo.InvariantCulture)} before it answered.");
            await Task.Delay(50, patience.Token);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
