using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SegSam.Hosting;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>Responses of language models, kept in a file that is complete after every response.</summary>
internal sealed class ResponseCache
{
    private const int Version = 1;
    private readonly string _path;
    private readonly List<Response> _responses;

    /// <exception cref="InvalidDataException">The file is damaged, or was not written by this class.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ResponseCache(string path)
    {
        _path = path;
        _responses = File.Exists(path) ? Read(path) : [];
    }

    /// <summary>The cached entry; null if this model was never asked about the category with the current wording of the request.</summary>
    public CategoryEntry? Find(string model, string category) => _responses.FirstOrDefault(response =>
        response.Model == model && response.Template == CategoryRequest.Version
        && string.Equals(response.Category, category, StringComparison.OrdinalIgnoreCase))?.Entry;

    /// <exception cref="IOException">The file cannot be written; its content is unchanged.</exception>
    public void Add(string model, string category, CategoryEntry entry)
    {
        _responses.Add(new(model, CategoryRequest.Version, category, entry));
        Write();
    }

    /// <summary>Creates the file if it does not exist, so that a file that cannot be written is noticed before the first request.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Ensure()
    {
        if (!File.Exists(_path))
            Write();
    }

    private void Write()
    {
        try
        {
            WholeFile.Write(_path, file => JsonSerializer.Serialize(file, new Content(Version, _responses), GlossaryFile.Format));
        }
        catch (Exception failure) when (WholeFile.IsFileError(failure))
        {
            throw new IOException($"Cannot write the cache file {_path}: {failure.Message} Its previous content is unchanged. "
                + "Free some space or choose another path, then call again to continue.", failure);
        }
    }

    private static List<Response> Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var content = JsonSerializer.Deserialize<Content>(file, GlossaryFile.Format);
            if (content is null || content.Version != Version)
                throw new InvalidDataException(FormattableString.Invariant(
                    $"its version is {(content is null ? "missing" : content.Version)}, expected {Version}"));
            return [.. content.Responses.Select(Checked)];
        }
        catch (Exception failure) when (failure is JsonException or InvalidDataException)
        {
            throw new InvalidDataException($"Cannot read the cache file {path}: {failure.Message.TrimEnd('.')}. No request was sent and "
                + "the file is unchanged. Repair it, or delete it to request everything again.", failure);
        }
    }

    private static Response Checked(Response? response, int index) => response is null
        ? throw new InvalidDataException($"response {index} is null")
        : response with { Entry = GlossaryFile.Check(response.Entry, index, "its list of responses") };

    // The file's name of the list dates from its first version.
    private sealed record Content(int Version, [property: JsonPropertyName("answers")] IReadOnlyList<Response> Responses);

    private sealed record Response(string Model, int Template, string Category, CategoryEntry Entry);
}
