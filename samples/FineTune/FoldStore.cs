using System.Text.Json;
using SampleKit;

namespace FineTune;

/// <summary>Finished folds on disk, so that a run that was stopped need not begin again.</summary>
internal sealed class FoldStore
{
    public static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
    private readonly string _folder;

    /// <param name="settings">What all folds in the folder must have in common.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="InvalidDataException">The folder holds folds of other settings.</exception>
    public FoldStore(string folder, object settings)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        var (path, text) = (Path.Combine(folder, "settings.json"), JsonSerializer.Serialize(settings, Json));
        if (!File.Exists(path))
            OutputFile.Write(path, text);
        else if (File.ReadAllText(path) != text)
            throw new InvalidDataException($"'{folder}' holds folds of a run with other settings, weights or images (see settings.json there); give another --out, or delete that folder.");
    }

    /// <summary>null where the fold is not finished.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public FoldResult? Find(string key)
    {
        if (!File.Exists(PathOf(key)))
            return null;
        try
        {
            if (JsonSerializer.Deserialize<FoldResult>(File.ReadAllText(PathOf(key)), Json) is { Before: not null, After: not null, Objects: > 0 } fold)
                return fold;
        }
        catch (JsonException)
        {
            // said below
        }

        throw new InvalidDataException($"'{PathOf(key)}' is no finished fold; delete it, and the fold is run again.");
    }

    public void Add(string key, FoldResult fold) => OutputFile.Write(PathOf(key), JsonSerializer.Serialize(fold, Json));

    private string PathOf(string key) => Path.Combine(_folder, key + ".json");
}
