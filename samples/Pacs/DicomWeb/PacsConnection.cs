using System.Net;
using System.Net.Http.Headers;

namespace Pacs.DicomWeb;

/// <summary>
/// Sends requests to the server, and says in words what goes wrong. It repeats nothing of what a server answers: that may name a patient.
/// </summary>
internal sealed class PacsConnection : IDisposable
{
    private const long MostJson = 64_000_000;
    private readonly HttpClient _client;
    private readonly PacsOptions _options;
    private readonly bool _hasCredentials;

    /// <param name="credentials">Null: none are sent.</param>
    public PacsConnection(PacsOptions options, Credentials? credentials)
    {
        (_options, _hasCredentials) = (options, credentials is not null);
        // Without redirects and proxies, images and passwords reach the named server alone. This client logs nothing.
        _client = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = options.Timeout,
        })
        {
            BaseAddress = options.Server,
            Timeout = Timeout.InfiniteTimeSpan, // Patient has the limits
            MaxResponseContentBufferSize = MostJson,
        };
        if (credentials is not null)
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials.Basic);
    }

    /// <param name="path">Within the DICOMweb of the server.</param>
    /// <param name="isStream">Whether to answer when the headers are there; else the content is read to its end.</param>
    /// <exception cref="PacsException">There is no answer.</exception>
    public async Task<HttpResponseMessage> Send(
        HttpMethod method, string path, string accept, bool isStream, CancellationToken cancel, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (!request.Headers.TryAddWithoutValidation("Accept", accept))
            throw new ArgumentException("It is no header.", nameof(accept));
        return await Patient(limit => _client.SendAsync(request,
            isStream ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, limit), cancel);
    }

    /// <summary>Waits for the server, and not for longer than it may be silent.</summary>
    /// <exception cref="PacsException">The server is silent or cannot be reached, or the connection breaks.</exception>
    /// <exception cref="OperationCanceledException">Canceled by the caller.</exception>
    public async Task<T> Patient<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_options.Timeout);
        try
        {
            return await work(limit.Token);
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw new PacsException(FormattableString.Invariant($"The server at {_options.Server} was silent for ")
                + FormattableString.Invariant($"{_options.TimeoutSeconds} seconds. ")
                + "Look whether it is overloaded, or allow more by --timeout.", late);
        }
        catch (HttpRequestException failure)
        {
            throw new PacsException($"The server at {_options.Server} cannot be reached: "
                + $"{(failure.InnerException ?? failure).Message.TrimEnd('.')}. Look whether it runs, and whether --server is its address.",
                failure);
        }
        catch (Exception cut) when (cut is IOException or InvalidDataException)
        {
            throw new PacsException("The server's answer ends in the middle, or is damaged. Try again; if that does not help, look into "
                + "the server's log.", cut);
        }
    }

    /// <summary>Answers for statuses that mean the same wherever they come.</summary>
    /// <param name="asked">What was asked for: a noun, such as "a search".</param>
    /// <exception cref="PacsException">The status is none of success.</exception>
    public void Check(HttpResponseMessage answer, string asked)
    {
        if (answer.IsSuccessStatusCode)
            return;
        var status = FormattableString.Invariant($"{(int)answer.StatusCode}");
        throw new PacsException(answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => _hasCredentials
                ? "The server refuses user and password (401). Correct them: " + Credentials.HowToSet
                : "The server asks for user and password (401), and none are configured. " + Credentials.HowToSet,
            HttpStatusCode.Forbidden => $"The server does not allow {asked} (403). Give the user the right to read and to store, or allow "
                + "this machine in the server's configuration.",
            HttpStatusCode.NotFound => $"There is no DICOMweb at {_options.Server} (404). Give the root of the service by --server, "
                + "such as http://127.0.0.1:8042/dicom-web. Orthanc needs the plugin DICOMweb for it (Debian: orthanc-dicomweb).",
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => $"The server sends {asked} elsewhere ({status}). Give the "
                + "address that it sends to by --server.",
            _ => $"The server answers {asked} with the status {status}; expected success. Its own log says why.",
        });
    }

    public void Dispose() => _client.Dispose();
}
