using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.Net.Http.Headers;
using SampleKit.Volumes;

namespace Studio.Volumes;

/// <summary>
/// Receives the files of a volume, or a zip of them. They get names of our own, file-1 and so on: what clients call them is never a path.
/// </summary>
internal sealed class VolumeUpload(VolumeFolder folder, StudioOptions options, CancellationToken cancel)
{
    private const int MostFiles = 10_000, LinesBetweenParts = 1000, UnpackedFactor = 8;

    /// <summary>Stores and opens the volume.</summary>
    /// <exception cref="ProblemException">The upload is too large, damaged, or no volume.</exception>
    public static async Task<VolumeSession> Receive(
        HttpRequest request, ComputeQueue queue, StudioOptions options, CancellationToken cancel)
    {
        var folder = new VolumeFolder("segsam-studio-", "the upload");
        try
        {
            var upload = new VolumeUpload(folder, options, cancel);
            await upload.Store(request);
            return new(await queue.Run(upload.Open, cancel), folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private async Task Store(HttpRequest request)
    {
        // The server's own limit would close the connection, and a client that is still sending would not see the reason.
        request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (request.ContentLength > options.VolumeBytes + MostFiles * LinesBetweenParts)
            throw TooLarge(FormattableString.Invariant($"{request.ContentLength / 1e6:0.#}"));
        var boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType == "multipart/form-data"
            ? HeaderUtilities.RemoveQuotes(type.Boundary).Value : null;
        if (string.IsNullOrEmpty(boundary))
        {
            throw new ProblemException(StatusCodes.Status415UnsupportedMediaType,
                $"The upload is of the type '{request.ContentType}'; expected multipart/form-data, with a part for each file.");
        }

        var (reader, stored, count) = (new MultipartReader(boundary, request.Body), 0L, 0);
        var block = new byte[1 << 16];
        while (await Whole(() => reader.ReadNextSectionAsync(cancel)) is { } part)
        {
            CheckCount(++count, "upload");
            using var file = File.Create(folder.FileName(count));
            while (await Whole(() => part.Body.ReadAsync(block, cancel).AsTask()) is > 0 and var read)
            {
                if ((stored += read) > options.VolumeBytes)
                    throw TooLarge("too many");
                await file.WriteAsync(block.AsMemory(0, read), cancel);
            }
        }

        if (stored == 0)
            throw Wrong("The upload is empty; send the files of a volume.");
    }

    // A form that ends in the middle, which is no error of the connection.
    private static async Task<T> Whole<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception cut) when (cut is IOException and not BadHttpRequestException or InvalidDataException)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "The upload ends in the middle. Send it again.", cut);
        }
    }

    private MedicalVolume Open()
    {
        if (Directory.GetFiles(folder.Files) is [var only] && StartsWith(only, "PK\u0003\u0004"u8))
            Unpack(only);
        var files = Directory.GetFiles(folder.Files);
        if (files.Length > 1 && files.Count(IsNifti) is > 0 and var volumes)
        {
            throw Wrong($"There are {files.Length} files, {volumes} of them NIfTI; expected one NIfTI file, or the DICOM files of one "
                + "series. Open one NIfTI file at a time.");
        }

        MedicalVolume? volume = null;
        try
        {
            volume = MedicalVolume.Load(files is [var file] ? file : folder.Files, new() { TemporaryFolder = folder.Path });
            CheckSlices(volume);
            return volume;
        }
        catch (Exception failure)
        {
            volume?.Dispose();
            if (failure is InvalidDataException or NotSupportedException)
                throw VolumeSession.Problem(failure, folder);
            throw;
        }
    }

    private void Unpack(string zip)
    {
        var packed = folder.NewPath(".zip");
        File.Move(zip, packed);
        try
        {
            using var archive = ZipFile.OpenRead(packed);
            var entries = archive.Entries.Where(IsFile).ToList();
            if (entries.Count == 0)
                throw Wrong("The zip holds no file; expected one NIfTI file, or the DICOM files of one series.");
            CheckCount(entries.Count, "zip");
            var (block, stored) = (new byte[1 << 16], 0L);
            foreach (var (i, entry) in entries.Index())
            {
                using var content = entry.Open();
                using var file = File.Create(folder.FileName(i + 1));
                while (content.Read(block) is > 0 and var read) // counted as they come: what the zip says of its sizes may be a lie
                {
                    cancel.ThrowIfCancellationRequested();
                    if ((stored += read) > options.VolumeBytes * UnpackedFactor)
                        throw TooLarge($"more than {UnpackedFactor} times as many, unpacked,");
                    file.Write(block, 0, read);
                }
            }
        }
        catch (InvalidDataException failure)
        {
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity,
                $"The zip is cut or damaged: {failure.Message} Zip the files again, or open them without a zip.", failure);
        }
        finally
        {
            File.Delete(packed);
        }
    }

    // Folders, and what file managers add.
    private static bool IsFile(ZipArchiveEntry entry) =>
        entry.Name.Length > 0 && !entry.Name.StartsWith('.') && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal);

    private static bool IsNifti(string path) => StartsWith(path, [0x1F, 0x8B])
        || ((int[])[348, 540]).Any(length => StartsWith(path, BitConverter.GetBytes(length))
            || StartsWith(path, BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(length))));

    private static bool StartsWith(string path, ReadOnlySpan<byte> expected)
    {
        using var file = File.OpenRead(path);
        var found = new byte[expected.Length];
        return file.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) == found.Length && expected.SequenceEqual(found);
    }

    // A slice is an image to the model: the limit of images is its limit too.
    private void CheckSlices(MedicalVolume volume)
    {
        foreach (var plane in Slices.Planes)
        {
            var (width, height) = Slices.SizeOf(volume, plane);
            if ((long)width * height > options.Pixels)
            {
                throw new ProblemException(StatusCodes.Status413PayloadTooLarge, FormattableString.Invariant($"{plane} slices have ")
                    + FormattableString.Invariant($"{width} x {height} pixels; at most {options.Megapixels} megapixels are allowed. ")
                    + "Use a smaller volume, or start Studio with a higher --max-pixels.");
            }
        }
    }

    private static void CheckCount(int files, string what)
    {
        if (files > MostFiles)
            throw Wrong(FormattableString.Invariant($"The {what} holds more than {MostFiles:N0} files. Open one series at a time."));
    }

    private ProblemException TooLarge(string found) => new(StatusCodes.Status413PayloadTooLarge,
        $"The files have {found} MB; at most {options.VolumeMegabytes} MB are allowed. "
        + "Use a smaller volume, or start Studio with a higher --max-volume.");

    private static ProblemException Wrong(string message) => new(StatusCodes.Status400BadRequest, message);
}
