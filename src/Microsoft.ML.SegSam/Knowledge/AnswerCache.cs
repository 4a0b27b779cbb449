using System.Text.Json;
using Microsoft.ML.SegSam.Hosting;

namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>What language models answered, in a file that is there whole after every answer.</summary>
internal sealed class AnswerCache
{
    private const int Version = 1;
    private readonly string _path;
    private readonly List<Line> _lines;

    /// <exception cref="InvalidDataException">The file is damaged, or none of ours.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public AnswerCache(string path)
    {
        _path = path;
        _lines = File.Exists(path) ? Read(path) : [];
    }

    /// <summary>The entry as it was answered; null where this model was never asked about the category in the present wording.</summary>
    public CategoryEntry? Find(string model, string category) => _lines.FirstOrDefault(line =>
        line.Model == model && line.Template == CategoryPrompt.Version && string.Equals(line.Category, category, StringComparison.OrdinalIgnoreCase))?.Entry;

    /// <exception cref="IOException">The file cannot be written; it is as it was.</exception>
    public void Add(string model, string category, CategoryEntry entry)
    {
        _lines.Add(new(model, CategoryPrompt.Version, category, entry));
        Write();
    }

    /// <summary>Makes the file where there is none: that it cannot be written must be known before anything is asked.</summary>
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
            WholeFile.Write(_path, file => JsonSerializer.Serialize(file, new Content(Version, _lines), CatalogueFile.Format));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The cache file {_path} cannot be written: {failure.Message} What was in it is as it was: make room or choose another path, and call again to go on.", failure);
        }
    }

    private static List<Line> Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var content = JsonSerializer.Deserialize<Content>(file, CatalogueFile.Format);
            if (content is null || content.Version != Version)
                throw new InvalidDataException(FormattableString.Invariant($"its version is {(content is null ? "missing" : content.Version)}, expected {Version}"));
            return [.. content.Answers.Select((line, i) => line ?? throw new InvalidDataException($"answer {i} is null")).Select((line, i) => line with { Entry = CatalogueFile.Check(line.Entry, i, "its list of answers") })];
        }
        catch (Exception failure) when (failure is JsonException or InvalidDataException)
        {
            throw new InvalidDataException($"The cache file {path} cannot be read: {failure.Message.TrimEnd('.')}. Nothing was asked and the file is as it was: repair it, or delete it to ask for all of it again.", failure);
        }
    }

    private sealed record Content(int Version, IReadOnlyList<Line> Answers);

    private sealed record Line(string Model, int Template, string Category, CategoryEntry Entry);
}
