using System.Net;
using SampleKit;

namespace Studio;

/// <summary>Settings from the command line.</summary>
/// <param name="Model">A saved model; null for the one that comes with the samples, unless a checkpoint is given.</param>
/// <param name="Checkpoint">Published weights instead; they have no category names.</param>
/// <param name="Address">Address to listen on; the loopback address accepts only this machine.</param>
/// <param name="Port">0 selects a free port.</param>
/// <param name="UploadMegabytes">Maximum upload, in millions of bytes.</param>
/// <param name="Megapixels">Maximum image, in millions of pixels.</param>
/// <param name="Images">Number of encoded images kept; the least recently used is dropped first.</param>
/// <param name="VolumeMegabytes">Maximum upload of a volume, all its files together, in millions of bytes.</param>
internal sealed record StudioOptions(string? Model = null, string? Checkpoint = null, IPAddress? Address = null, int Port = 5080,
    int UploadMegabytes = 32, int Megapixels = 40, int Images = 24, int VolumeMegabytes = 512)
{
    public const string Usage = """
        Studio: click an image, or drag a box, and see mask, name and score immediately.

        --model FILE        use this saved model (.zip); default: mini, the model that comes with the samples
        --checkpoint FILE   use published SAM weights as they are (.pth, .safetensors): masks without names
        --port N            port to listen on (default 5080; 0 selects a free port)
        --address IP        address to listen on (default 127.0.0.1: only this machine; 0.0.0.0: the network, without sign-in)
        --max-upload N      maximum upload in MB (default 32)
        --max-pixels N      maximum image size in megapixels (default 40)
        --max-volume N      maximum upload of a volume, all its files together, in MB (default 512)
        --images N          encoded images kept in memory (default 24)
        --help              show this text
        """;

    public IPAddress Listen => Address ?? IPAddress.Loopback;

    public long UploadBytes => UploadMegabytes * 1_000_000L;

    public long VolumeBytes => VolumeMegabytes * 1_000_000L;

    public long Pixels => Megapixels * 1_000_000L;

    /// <exception cref="FormatException">An argument is unknown, or its value is missing or wrong.</exception>
    public static StudioOptions Parse(string[] args)
    {
        var options = new StudioOptions();
        for (var i = 0; i < args.Length; i += 2)
        {
            var (option, value) = Argument.Pair(args, i);
            options = option switch
            {
                "--model" => options with { Model = value },
                "--checkpoint" => options with { Checkpoint = value },
                "--port" => options with { Port = Argument.Number(option, value, 0) is <= IPEndPoint.MaxPort and var port ? port
                    : throw new FormatException($"{option} must be at most {IPEndPoint.MaxPort}, not '{value}'") },
                "--address" => options with { Address = IPAddress.TryParse(value, out var address) ? address
                    : throw new FormatException($"{option} must be an IP address such as 127.0.0.1, not '{value}'") },
                "--max-upload" => options with { UploadMegabytes = Argument.Number(option, value, 1) },
                "--max-pixels" => options with { Megapixels = Argument.Number(option, value, 1) },
                "--max-volume" => options with { VolumeMegabytes = Argument.Number(option, value, 1) },
                "--images" => options with { Images = Argument.Number(option, value, 1) },
                _ => throw new FormatException($"'{option}' is not an option"),
            };
        }

        return options.Model is null || options.Checkpoint is null ? options
            : throw new FormatException("--model and --checkpoint cannot be combined");
    }
}
