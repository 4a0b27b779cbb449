using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Studio.Volumes;

/// <summary>Receives volumes, and shows their slices.</summary>
internal static class VolumeEndpoints
{
    /// <summary>How many volumes the server keeps; the least recently used is dropped first.</summary>
    public const int Kept = 4;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/volumes", Open);
        routes.MapGet("/api/volumes/{id}/slices/{plane}/{index:int}", Show);
        routes.MapDelete("/api/volumes/{id}", (string id, Sessions<VolumeSession> volumes) => volumes.Remove(id));
    }

    /// <exception cref="ProblemException">There is no such volume any more.</exception>
    public static Lease<VolumeSession> Rent(Sessions<VolumeSession> volumes, string id) =>
        volumes.TryRent(id, out var lease) ? lease : throw new ProblemException(StatusCodes.Status404NotFound,
            $"The server no longer has this volume: it keeps only the {Kept} most recent ones. Open it again.");

    private static async Task<IResult> Open(
        HttpContext context, Sessions<VolumeSession> volumes, ComputeQueues queues, StudioOptions options)
    {
        // Browsers let any page send forms anywhere; one from elsewhere must not fill the disk.
        if (context.Request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none") and var site)
        {
            throw new ProblemException(StatusCodes.Status403Forbidden,
                $"The request came from another site ({site}). Use Studio's own page.");
        }

        var session = await VolumeUpload.Receive(context.Request, queues.Long, options, context.RequestAborted);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)); // who knows it may see the volume
        using var lease = volumes.Add(id, session);
        var answer = JsonSerializer.SerializeToNode(Slices.Describe(session), JsonSerializerOptions.Web)!.AsObject();
        answer.Insert(0, nameof(id), JsonValue.Create(id));
        return Results.Json(answer);
    }

    private static async Task<IResult> Show(string id, string plane, int index, string? window, HttpContext context,
        Sessions<VolumeSession> volumes, ComputeQueues queues)
    {
        using var lease = Rent(volumes, id);
        var (session, volume, cut) = (lease.Item, lease.Item.Volume, Slices.Plane(plane));
        Slices.Check(volume, cut, index);
        var shown = Slices.Window(window, volume);
        try
        {
            var (png, numbers) = await queues.Short.Run(() => Slices.Picture(volume, cut, index, shown), context.RequestAborted);
            var headers = context.Response.Headers;
            headers.CacheControl = "no-store"; // nothing of a patient stays in the browser's files
            if (numbers is { } found)
            {
                headers["Window-Center"] = found.Center.ToString(CultureInfo.InvariantCulture);
                headers["Window-Width"] = found.Width.ToString(CultureInfo.InvariantCulture);
            }

            return Results.Bytes(png, "image/png");
        }
        catch (InvalidDataException failure)
        {
            throw session.Problem(failure);
        }
    }
}
