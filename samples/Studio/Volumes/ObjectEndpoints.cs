using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Propagation;
using Microsoft.ML.SegSam.Volumes;
using SampleKit.Messages;

namespace Studio.Volumes;

/// <summary>One object and what is known of it.</summary>
/// <param name="Plane">axial, coronal or sagittal.</param>
/// <param name="Window">Which values the model sees; null: the volume's usual window.</param>
/// <param name="Prompts">At least one.</param>
/// <param name="MostSlices">To how many slices it is followed on each side; null: as far as it goes.</param>
internal sealed record PropagateRequest(string? Plane, string? Window, IReadOnlyList<SlicePrompt>? Prompts, int? MostSlices);

/// <summary>The user's steps on one slice.</summary>
/// <param name="Slice">Counting from 0.</param>
/// <param name="Steps">In pixels of the slice.</param>
internal sealed record SlicePrompt(int Slice, IReadOnlyList<PromptStep>? Steps);

/// <summary>Follows objects through volumes, shows them in other planes, and exports them.</summary>
internal static class ObjectEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/volumes/{id}/propagate", Propagate);
        routes.MapGet("/api/volumes/{id}/results/{result}/masks/{plane}/{index:int}", Mask);
        routes.MapPost("/api/volumes/{id}/labels", Export);
    }

    private static ServerSentEventsResult<string> Propagate(string id, PropagateRequest request, LoadedModel model,
        Sessions<VolumeSession> volumes, ComputeQueues queues, CancellationToken cancel)
    {
        var lease = VolumeEndpoints.Rent(volumes, id);
        try
        {
            // Invalid requests are refused before the stream starts.
            var (session, options) = (lease.Item, Options(request, lease.Item.Volume));
            return TypedResults.ServerSentEvents(EventStream.Of<VolumeProgress, VolumePrediction>(queues.Long, lease,
                progress => Predict(session, request, options, model.Predictor, progress, cancel),
                report => new { slice = report.Slice, done = report.SlicesDone },
                "object", found => Text(session.Add(found), found), cancel));
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private static async Task<IResult> Mask(string id, string result, string plane, int index, Sessions<VolumeSession> volumes,
        ComputeQueues queues, CancellationToken cancel)
    {
        using var lease = VolumeEndpoints.Rent(volumes, id);
        var (cut, labels) = (Slices.Plane(plane), lease.Item.Result(result).Labels);
        Slices.Check(lease.Item.Volume, cut, index);
        return Results.Json(Outline(await queues.Short.Run(() => labels.ReadMask(1, cut, index), cancel)));
    }

    private static async Task<IResult> Export(
        string id, LabelsRequest request, Sessions<VolumeSession> volumes, ComputeQueues queues, CancellationToken cancel)
    {
        using var lease = VolumeEndpoints.Rent(volumes, id);
        return Results.Bytes(await queues.Long.Run(() => LabelExport.Write(lease.Item, request), cancel),
            request.Format == LabelExport.Dicom ? "application/dicom" : "application/gzip");
    }

    private static VolumePredictionOptions Options(PropagateRequest request, MedicalVolume volume)
    {
        var plane = Slices.Plane(request.Plane);
        if (request.Prompts is not { Count: >= 1 } prompts || prompts.Contains(null!))
            throw Wrong("There are no prompts, or one is null; expected at least one that says where the object is.");
        foreach (var prompt in prompts)
            Slices.Check(volume, plane, prompt.Slice);
        if (prompts.GroupBy(prompt => prompt.Slice).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw Wrong(FormattableString.Invariant($"Slice {twice.Key} has {twice.Count()} prompts; give one, with all its steps."));
        if (request.MostSlices < 0)
            throw Wrong(FormattableString.Invariant($"MostSlices is {request.MostSlices}; expected 0 or more."));
        return new() { Plane = plane, Window = Slices.Window(request.Window, volume), MaxSlices = request.MostSlices ?? int.MaxValue };
    }

    private static VolumePrediction Predict(VolumeSession session, PropagateRequest request, VolumePredictionOptions options,
        SegSamPredictor predictor, IProgress<VolumeProgress> progress, CancellationToken cancel)
    {
        var volume = session.Volume;
        try
        {
            List<VolumePrompt> prompts = [.. request.Prompts!.Select(prompt => new VolumePrompt(prompt.Slice,
                PromptSteps.Prompt(predictor, () => Encode(prompt.Slice), prompt.Steps, cancel)))];
            return new SegSamVolumePredictor(predictor).Predict(volume, prompts, options, progress, cancel);
        }
        catch (ArgumentException wrong)
        {
            throw Wrong(FailureText.Of(wrong), wrong);
        }
        catch (InvalidDataException failure)
        {
            throw session.Problem(failure);
        }

        Microsoft.ML.SegSam.Prediction.EncodedImage Encode(int slice)
        {
            using var picture = volume.ReadSlice(options.Plane!.Value, slice).ToImage(options.Window);
            return predictor.Encode(picture);
        }
    }

    private static string Text(string result, VolumePrediction prediction)
    {
        var found = prediction.Objects[0];
        return JsonSerializer.Serialize(new
        {
            result,
            prediction.Warnings,
            found.Category,
            score = found.CategoryShares.Select(share => (float?)share.Score).Max(),
            shares = found.CategoryShares.ToDictionary(share => share.Category, share => share.Score),
            below = found.StopBelow.ToString(),
            above = found.StopAbove.ToString(),
            slices = found.Slices.Select(slice => new { slice.Slice, slice.IsPrompted, slice.PredictedIoU, slice.Overlap,
                mask = Outline(slice.Mask) }),
        }, JsonSerializerOptions.Web);
    }

    // Named as in the library's own JSON of predictions, so that the page draws both alike.
    private static object Outline(SegmentationMask mask) => new
    {
        area = mask.Area,
        bbox = mask.Box is { } box ? (int[])[box.X0, box.Y0, box.Width, box.Height] : [0, 0, 0, 0],
        segmentation = new { counts = mask.ToCocoText() },
        contours = mask.Contours().Select(polygon => new { polygon }),
    };

    private static ProblemException Wrong(string message, Exception? inner = null) =>
        new(StatusCodes.Status400BadRequest, message, inner);
}
