using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Pacs.DicomWeb;

/// <summary>What this program asks a server for: searches (QIDO-RS), series (WADO-RS), and to store (STOW-RS).</summary>
internal sealed class DicomWebClient(PacsOptions options, Credentials? credentials) : IDisposable
{
    private const int MostFiles = 20_000, Block = 1 << 16;
    private const string Json = "application/dicom+json", Dicom = "application/dicom",
        Decoded = $"multipart/related; type=\"{Dicom}\"", AsStored = Decoded + "; transfer-syntax=*";

    private readonly PacsConnection _connection = new(options, credentials);

    /// <exception cref="PacsException">The server has no such series, or does not answer as it should.</exception>
    public async Task<PacsSeries> FindSeries(string uid, CancellationToken cancel)
    {
        using var found = await Search($"series?SeriesInstanceUID={uid}&includefield={DicomJson.InstancesOfSeries}", "a search", cancel);
        var series = found?.RootElement.EnumerateArray().FirstOrDefault(item => DicomJson.Text(item, DicomJson.Series) == uid);
        if (series is not { ValueKind: JsonValueKind.Object } item || DicomJson.Text(item, DicomJson.Study) is not { } study)
        {
            throw new PacsException("The server has no such series. Give a SeriesInstanceUID, and wait until the images have arrived.");
        }

        return new(study, uid, DicomJson.Text(item, DicomJson.Modality), DicomJson.Numbers(item, DicomJson.InstancesOfSeries) is [var count]
            && double.IsFinite(count) ? (int)count : null);
    }

    /// <summary>Finds a segmentation among the series of a study.</summary>
    /// <param name="ending">Of its description.</param>
    /// <returns>Its SeriesInstanceUID; null where there is none.</returns>
    public async Task<string?> FindSegmentation(string study, string ending, CancellationToken cancel)
    {
        using var found = await Search(
            $"studies/{study}/series?Modality=SEG&includefield={DicomJson.SeriesDescription}", "a search", cancel);
        return found?.RootElement.EnumerateArray()
            .Where(series => DicomJson.Text(series, DicomJson.SeriesDescription) is { } description
                && description.TrimEnd().EndsWith(ending, StringComparison.Ordinal))
            .Select(series => DicomJson.Text(series, DicomJson.Series)).FirstOrDefault();
    }

    /// <summary>Where an image's first pixel lies: DICOM's x, y, z in mm.</summary>
    /// <exception cref="PacsException">There is no such image, or it does not say.</exception>
    public async Task<IReadOnlyList<double>> FindPosition(PacsSeries series, string instance, CancellationToken cancel)
    {
        using var answer = await _connection.Send(
            HttpMethod.Get, $"{series.Path}/instances/{instance}/metadata", Json, isStream: false, cancel);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            throw new PacsException("The series has no image with that SOPInstanceUID. Give one of its images, or the number of a slice.");
        using var found = await Read(answer, "the description of an image", cancel);
        var position = found is null ? [] : DicomJson.Numbers(found.RootElement.EnumerateArray().FirstOrDefault(), DicomJson.Position);
        return position.Count == 3 && position.All(double.IsFinite) ? position : throw new PacsException(
            "The image does not say where it lies, so that its place in the series is unknown. Give the number of a slice.");
    }

    /// <summary>Writes the files of a series: decoded by the server where it can, else as they are stored.</summary>
    /// <param name="fileName">The path of a file by its number, from 1.</param>
    /// <param name="progress">Told how many files are there.</param>
    /// <exception cref="PacsException">The series is too large or not whole.</exception>
    public async Task Retrieve(PacsSeries series, Func<int, string> fileName, IProgress<int> progress, CancellationToken cancel)
    {
        var answer = await _connection.Send(HttpMethod.Get, series.Path, Decoded, isStream: true, cancel);
        try
        {
            // Orthanc says 500 where it cannot decode, others 406.
            if (answer.StatusCode is HttpStatusCode.NotAcceptable or HttpStatusCode.UnsupportedMediaType
                or >= HttpStatusCode.InternalServerError)
            {
                answer.Dispose();
                answer = await _connection.Send(HttpMethod.Get, series.Path, AsStored, isStream: true, cancel);
            }

            if (answer.StatusCode == HttpStatusCode.NotFound)
                throw new PacsException("The series is no longer on the server.");
            _connection.Check(answer, "the retrieval of a series");
            var count = await Write(answer, fileName, progress, cancel);
            if (series.Instances is { } expected && count != expected)
            {
                throw new PacsException(FormattableString.Invariant($"The server sent {count} files of the series, and says that it has ")
                    + FormattableString.Invariant($"{expected}. Wait until all images have arrived, and try again."));
            }
        }
        finally
        {
            answer.Dispose();
        }
    }

    /// <summary>Stores a file in a study.</summary>
    /// <exception cref="PacsException">The server does not take it.</exception>
    public async Task Store(string study, string path, CancellationToken cancel)
    {
        using var file = new StreamContent(File.OpenRead(path));
        file.Headers.ContentType = new(Dicom);
        using var content = new MultipartContent("related") { file };
        content.Headers.ContentType!.Parameters.Add(new("type", $"\"{Dicom}\""));
        using var answer = await _connection.Send(HttpMethod.Post, $"studies/{study}", Json, isStream: false, cancel, content);
        JsonElement report = default;
        if (answer.IsSuccessStatusCode || answer.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.BadRequest)
        {
            using var parsed = await TryRead(answer, cancel);
            report = parsed?.RootElement.Clone() ?? default;
        }

        if (DicomJson.Values(report, DicomJson.Failed).Any())
            throw new PacsException(StoreFailure.Describe(DicomJson.Values(report, DicomJson.Failed).First()));
        if (answer.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.BadRequest)
            throw new PacsException(StoreFailure.Describe(reason: null));
        _connection.Check(answer, "the storing of a segmentation");
        if (!DicomJson.Values(report, DicomJson.Referenced).Any())
            throw new PacsException(StoreFailure.Describe(reason: null));
    }

    public void Dispose() => _connection.Dispose();

    private async Task<int> Write(HttpResponseMessage answer, Func<int, string> fileName, IProgress<int> progress, CancellationToken cancel)
    {
        var type = answer.Content.Headers.ContentType;
        var boundary = type?.MediaType == "multipart/related" ? HeaderUtilities.RemoveQuotes(
            type.Parameters.FirstOrDefault(part => part.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase))?.Value).Value : null;
        if (string.IsNullOrEmpty(boundary))
            throw new PacsException($"The server sent '{type?.MediaType}'; expected multipart/related. {CheckServer}");
        var stream = await answer.Content.ReadAsStreamAsync(cancel);
        var (reader, block, bytes, count) = (new MultipartReader(boundary, stream), new byte[Block], 0L, 0);
        while (await _connection.Patient(limit => reader.ReadNextSectionAsync(limit), cancel) is { } part)
        {
            if (++count > MostFiles)
                throw new PacsException(FormattableString.Invariant($"The series has more than {MostFiles} files, which are too many."));
            using var file = File.Create(fileName(count));
            while (await _connection.Patient(limit => part.Body.ReadAsync(block, limit).AsTask(), cancel) is > 0 and var read)
            {
                if ((bytes += read) > options.MostBytes)
                {
                    throw new PacsException(FormattableString.Invariant($"The series has more than {options.MostMegabytes} MB. ")
                        + "Allow more by --max-series.");
                }

                await file.WriteAsync(block.AsMemory(0, read), cancel);
            }

            progress.Report(count);
        }

        return count;
    }

    private const string CheckServer = "Give the root of the server's DICOMweb by --server.";

    // Null where nothing was found.
    private async Task<JsonDocument?> Search(string path, string asked, CancellationToken cancel)
    {
        using var answer = await _connection.Send(HttpMethod.Get, path, Json, isStream: false, cancel);
        return await Read(answer, asked, cancel);
    }

    private async Task<JsonDocument?> Read(HttpResponseMessage answer, string asked, CancellationToken cancel)
    {
        _connection.Check(answer, asked);
        if (answer.StatusCode == HttpStatusCode.NoContent)
            return null;
        var found = await TryRead(answer, cancel);
        // Orthanc's own list of series is one of texts.
        if (found?.RootElement.ValueKind == JsonValueKind.Array && found.RootElement.EnumerateArray().All(item => item.ValueKind
            == JsonValueKind.Object))
        {
            return found;
        }

        found?.Dispose();
        throw new PacsException($"The server answers {asked} with '{answer.Content.Headers.ContentType?.MediaType}'; expected {Json}, "
            + $"a list of data sets. {CheckServer}");
    }

    private static async Task<JsonDocument?> TryRead(HttpResponseMessage answer, CancellationToken cancel)
    {
        try
        {
            using var content = await answer.Content.ReadAsStreamAsync(cancel);
            return await JsonDocument.ParseAsync(content, cancellationToken: cancel);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
