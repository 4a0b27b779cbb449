using System.Net;

namespace Pacs;

/// <summary>Settings from the command line.</summary>
/// <param name="Server">The root of the server's DICOMweb, without user or password; ends with a slash.</param>
/// <param name="Model">A model's file, or mini.</param>
/// <param name="Modalities">Other series are refused; empty: any.</param>
/// <param name="TimeoutSeconds">How long the server may be silent.</param>
/// <param name="MostMegabytes">Of a series, in millions of bytes.</param>
/// <param name="TemporaryFolder">Where a series lies while it is segmented; null: the system's temporary folder.</param>
internal sealed record PacsOptions(Uri Server, string Model = SampleKit.ShippedModel.Name, IReadOnlyList<string>? Modalities = null,
    int TimeoutSeconds = 100, int MostMegabytes = 4000, string? TemporaryFolder = null)
{
    public TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    public long MostBytes => MostMegabytes * 1_000_000L;

    /// <summary>Reads the server's address.</summary>
    /// <param name="allowsPlainHttp">Whether images and passwords may travel to another machine unencrypted.</param>
    /// <exception cref="FormatException">It is none, or not one to use.</exception>
    public static Uri ServerOf(string text, bool allowsPlainHttp)
    {
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https")
            || server.Query.Length + server.Fragment.Length > 0)
        {
            throw new FormatException("--server must be the root of the server's DICOMweb, such as http://127.0.0.1:8042/dicom-web");
        }

        if (server.UserInfo.Length > 0)
            throw new FormatException($"--server must not hold user or password, which others see there. {Credentials.HowToSet}");
        if (server.Scheme == "http" && !IsThisMachine(server) && !allowsPlainHttp)
        {
            throw new FormatException("--server is another machine, and http sends images and passwords there unencrypted. Use https or a "
                + "tunnel; or --plain-http, if nobody else can read what travels on your network");
        }

        return server;
    }

    private static bool IsThisMachine(Uri server) =>
        server.IsLoopback || (IPAddress.TryParse(server.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
