using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;
using SampleKit;

namespace Studio;

/// <summary>Receives images and encodes them.</summary>
internal static class ImageEndpoints
{
    private static readonly Dictionary<string, string> Types = new() { [".png"] = "image/png", [".jpg"] = "image/jpeg" };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/samples", () => SampleImages.All.Select(image => new { image.Name, title = image.Modality }));
        routes.MapGet("/api/samples/{name}", (string name) => SampleImages.All.FirstOrDefault(image => image.Name == name) is { } image
            ? Results.File(image.Path, Types[Path.GetExtension(name)])
            : throw new ProblemException(StatusCodes.Status404NotFound, $"There is no sample '{name}'."));
        routes.MapGet("/api/samples/attribution", () => Results.Text(SampleImages.Attribution));
        routes.MapPost("/api/images", Upload);
        routes.MapPost("/api/pictures", Show);
    }

    private static async Task<IResult> Upload(
        HttpContext context, LoadedModel model, Sessions<ImageSession> sessions, ComputeQueues queues, StudioOptions options)
    {
        var cancel = context.RequestAborted;
        var file = await Read(context.Request, options, cancel);
        // By content: two tabs with the same image share its embedding, and an id reveals nothing.
        var id = Convert.ToHexStringLower(SHA256.HashData(file))[..32];
        if (!sessions.TryRent(id, out var lease))
        {
            lease = await queues.Long.Run(() =>
            {
                cancel.ThrowIfCancellationRequested();
                using var image = UploadedImage.Decode(file, options.Pixels);
                return sessions.Add(id, new(model.Predictor.Encode(image)));
            }, cancel);
        }

        using (lease)
            return Results.Json(new { id, lease.Item.Image.Width, lease.Item.Image.Height });
    }

    // The image as the model sees it, for files that browsers show differently: 16-bit PNG, and PNG rotated by EXIF.
    private static async Task<IResult> Show(HttpContext context, ComputeQueues queues, StudioOptions options)
    {
        var file = await Read(context.Request, options, context.RequestAborted);
        return Results.Bytes(await queues.Long.Run(() =>
        {
            using var image = UploadedImage.Decode(file, options.Pixels);
            return PngEncoder.Of(image);
        }, context.RequestAborted), "image/png");
    }

    private static async Task<byte[]> Read(HttpRequest request, StudioOptions options, CancellationToken cancel)
    {
        // The server's own limit would close the connection, and a client that is still sending would not see the reason.
        request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (request.ContentLength > options.UploadBytes)
            throw TooLarge(request.ContentLength.Value, options);
        using var file = new MemoryStream();
        var part = new byte[1 << 16];
        while (await request.Body.ReadAsync(part, cancel) is > 0 and var count)
        {
            if (file.Length + count > options.UploadBytes)
                throw TooLarge(null, options); // the request had no Content-Length
            file.Write(part, 0, count);
        }

        return file.Length > 0 ? file.ToArray()
            : throw new ProblemException(StatusCodes.Status400BadRequest, "The upload is empty; send an image file as the body.");
    }

    private static ProblemException TooLarge(long? bytes, StudioOptions options)
    {
        var found = bytes is null ? "too many" : FormattableString.Invariant($"{bytes / 1e6:0.#}");
        return new(StatusCodes.Status413PayloadTooLarge, $"The file has {found} MB; at most {options.UploadMegabytes} MB are allowed. " +
            "Use a smaller file, or start Studio with a higher --max-upload.");
    }
}
