using System.Text.Json;
using SampleKit;

namespace FineTune;

/// <summary>Keeps finished folds on disk, so that an interrupted run can continue.</summary>
internal sealed class FoldStore
{
    public static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
    private readonly string _folder;

    /// <param name="settings">The settings that all folds in the folder share.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="InvalidDataException">The folder contains folds with other settings.</exception>
    public FoldStore(string folder, object settings)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        var (path, text) = (Path.Combine(folder, "settings.json"), JsonSerializer.Serialize(settings, Json));
        if (!File.Exists(path))
        {
            OutputFile.Write(path, text);
        }
        else if (File.ReadAllText(path) != text)
        {
            throw new InvalidDataException($"'{folder}' contains folds of a run with other settings, weights or images "
                + "(see settings.json there); use another --out, or delete that folder.");
        }
    }

    /// <summary>null if the fold is not finished.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public FoldResult? Find(string key)
    {
        if (!File.Exists(PathOf(key)))
            return null;
        try
        {
            var read = JsonSerializer.Deserialize<FoldResult>(File.ReadAllText(PathOf(key)), Json);
            if (read is { Before: not null, After: not null, Objects: > 0 } fold)
                return fold;
        }
        catch (JsonException)
        {
            // reported below
        }

        throw new InvalidDataException($"'{PathOf(key)}' is not a finished fold; delete it to run the fold again.");
    }

    public void Add(string key, FoldResult fold) => OutputFile.Write(PathOf(key), JsonSerializer.Serialize(fold, Json));

    private string PathOf(string key) => Path.Combine(_folder, key + ".json");
}
