using System.Text.Json;
using System.Text.Json.Serialization;
using SampleKit;

namespace Ablation;

/// <summary>Keeps finished runs, one file each, so that an interrupted command can continue.</summary>
internal sealed class RunStore(string folder, string recipe)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    /// <returns>null if there is none with this recipe.</returns>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public RunResult? Find(string variant, int seed)
    {
        var path = PathOf(variant, seed, "json");
        if (!File.Exists(path))
            return null;
        try
        {
            var result = JsonSerializer.Deserialize<RunResult>(File.ReadAllText(path), Json);
            return result is { Figures: not null } && result.Recipe == recipe ? result : null;
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"'{path}' is damaged: {wrong.Message} Delete it to run that part again.", wrong);
        }
    }

    /// <summary>Saves a finished run, and deletes its training state.</summary>
    public void Keep(RunResult result)
    {
        OutputFile.Write(PathOf(result.Variant, result.Seed, "json"), JsonSerializer.Serialize(result, Json));
        File.Delete(StateOf(result.Variant, result.Seed));
    }

    public string StateOf(string variant, int seed)
    {
        Directory.CreateDirectory(folder);
        return PathOf(variant, seed, "state");
    }

    private string PathOf(string variant, int seed, string kind) => Path.Combine(folder, $"{variant}-{seed}.{kind}");
}
