using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Propagation;
using Microsoft.ML.SegSam.Volumes;
using Pacs.DicomWeb;
using SampleKit;
using SampleKit.Messages;
using SampleKit.Volumes;

namespace Pacs.Jobs;

/// <summary>Fetches a series, segments what is prompted, and stores the segmentation in its study.</summary>
internal sealed class Segmenter(PacsOptions options, DicomWebClient client, LoadedModel model)
{
    private const int MostOfDescription = 64;

    private static readonly VolumeAdvice Advice = new(
        OneSeries: "Only one can be segmented",
        OneVolume: "Only series of one volume can be segmented: split it on the server",
        Uneven: "Look whether the server has all images of the series.",
        NoPlaces: "Without places the images are no volume.",
        TooLarge: "So large a series cannot be segmented.");

    /// <param name="request">Has been checked.</param>
    /// <exception cref="PacsException">Nothing was stored, and the message says why.</exception>
    /// <exception cref="OperationCanceledException">Canceled; nothing was stored, unless the server was already storing.</exception>
    public async Task<SegmentResult> Run(SegmentRequest request, IProgress<SegmentProgress> progress, CancellationToken cancel)
    {
        var series = await client.FindSeries(request.Series, cancel);
        if (options.Modalities is { Count: > 0 } allowed && !allowed.Contains(series.Modality, StringComparer.OrdinalIgnoreCase))
        {
            throw new PacsException($"The modality of the series is {series.Modality ?? "unknown"}; this model is used for "
                + $"{string.Join(", ", allowed)}. Give another series, or use a model for this one.");
        }

        var ending = $"(SEG-SAM {Mark(request, series)})";
        if (!request.Again && await client.FindSegmentation(series.Study, ending, cancel) is { } there)
            return new(Mark(request, series), there, WasThere: true, [], []);
        try
        {
            using var folder = new VolumeFolder("segsam-pacs-", "the series", options.TemporaryFolder);
            await client.Retrieve(series, folder.FileName, Report("files retrieved"), cancel);
            var file = folder.NewPath(".dcm");
            var result = await Segment(request, series, folder, file, ending, Report("slices segmented"), cancel);
            progress.Report(new("storing", 0));
            await client.Store(series.Study, file, cancel);
            return result with { Segmentation = await client.FindSegmentation(series.Study, ending, cancel) };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PacsException($"The temporary folder cannot be used: {failure.Message.TrimEnd('.')}. Free space there, or name "
                + "another folder by --temporary.", failure);
        }

        IProgress<int> Report(string step) => new InlineProgress<int>(done => progress.Report(new(step, done)));
    }

    private async Task<SegmentResult> Segment(SegmentRequest request, PacsSeries series, VolumeFolder folder, string file,
        string ending, IProgress<int> progress, CancellationToken cancel)
    {
        try
        {
            using var volume = MedicalVolume.Load(folder.Files, new() { SeriesUid = series.Uid, TemporaryFolder = folder.Path });
            var place = Placement.Of(volume.Geometry, model.Model.Info.Plane);
            var prompts = new List<VolumePrompt>();
            foreach (var prompt in request.Prompts)
            {
                var slice = prompt.Slice ?? place.SliceOf(await client.FindPosition(series, prompt.Instance!, cancel));
                prompts.Add(place.Prompt(slice, prompt, prompts.Count + 1));
            }

            var found = await new SegSamVolumePredictor(model.Predictor).PredictAsync(volume, prompts,
                new() { Plane = place.Plane, Window = request.ParsedWindow },
                new InlineProgress<VolumeProgress>(done => progress.Report(done.SlicesDone)), cancel);
            if (found.Objects.All(item => item.Slices.Count == 0))
            {
                throw new PacsException("The model finds nothing in the boxes, and nothing was stored. Try larger boxes, or another "
                    + "window.");
            }

            var names = string.Join(", ", found.Objects.Select(item => item.Category).Where(name => name.Length > 0).Distinct());
            found.Labels.SaveSegmentation(file, new() { SeriesDescription = Description(names, ending) });
            return new(Mark(request, series), null, WasThere: false, [.. found.Objects.Select(item => Describe(item, found.Labels))],
                [.. volume.Warnings.Select(folder.Forget)]);
        }
        catch (NotSupportedException failure)
        {
            throw new PacsException(Advice.Explain(failure, folder) + " If it is the compression, the server can decode too: Orthanc does "
                + "so with its plugin GDCM (Debian: orthanc-gdcm).", failure);
        }
        catch (Exception failure) when (failure is InvalidDataException or InvalidOperationException)
        {
            throw new PacsException(Advice.Explain(failure, folder), failure);
        }
        catch (ArgumentException failure) // a window that contradicts the model's training
        {
            throw new PacsException($"{FailureText.Of(failure)} In a request, leave the window out.", failure);
        }
    }

    private static SegmentedObject Describe(VolumeObject item, LabelVolume labels) => new(item.Category,
        item.CategoryShares.Select(share => share.Score).DefaultIfEmpty().Max(), item.Slices.Count,
        labels.Volumes.GetValueOrDefault(item.Label) / 1000);

    // What viewers list; nobody has looked at it yet.
    private static string Description(string names, string ending)
    {
        var end = $", unreviewed {ending}";
        const string Cut = "...";
        var most = MostOfDescription - end.Length;
        return (names.Length <= most ? names : names[..(most - Cut.Length)] + Cut) + end;
    }

    // Equal for equal requests of a series that has not grown, by the same model.
    private string Mark(SegmentRequest request, PacsSeries series)
    {
        var prompts = request.Prompts.Select(prompt => FormattableString.Invariant($"{prompt.Slice}/{prompt.Instance}/")
            + string.Join(',', prompt.Box.Select(edge => FormattableString.Invariant($"{edge:R}"))));
        var all = string.Join('|', [model.Hash, series.Uid, FormattableString.Invariant($"{series.Instances}"),
            request.ParsedWindow?.ToString() ?? "", .. prompts]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..12];
    }
}
