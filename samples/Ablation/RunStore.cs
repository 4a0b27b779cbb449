using System.Text.Json;
using System.Text.Json.Serialization;
using SampleKit;

namespace Ablation;

/// <summary>Finished runs, one file each, so that a command that was stopped goes on where it was.</summary>
internal sealed class RunStore(string folder, string recipe)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    /// <returns>null where there is none made with this recipe.</returns>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public RunResult? Find(string variant, int seed)
    {
        var path = PathOf(variant, seed, "json");
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<RunResult>(File.ReadAllText(path), Json) is { } found && found.Recipe == recipe ? found : null;
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"'{path}' is damaged: {wrong.Message} Delete it to run that part again.", wrong);
        }
    }

    /// <summary>Keeps a finished run; its training state is of no further use.</summary>
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
