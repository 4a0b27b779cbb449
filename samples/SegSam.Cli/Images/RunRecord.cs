using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SampleKit;

namespace SegSam.Cli.Images;

/// <summary>Records the command of a run beside its table: --resume continues only the same command, so that a table never mixes
/// runs.</summary>
internal static class RunRecord
{
    /// <summary>Saves the facts of a new run.</summary>
    public static void Write(string table, IReadOnlyDictionary<string, string> facts) =>
        OutputFile.Write(PathOf(table), JsonSerializer.Serialize(facts));

    /// <summary>Checks that the run of a table had the same facts.</summary>
    /// <exception cref="UsageException">The facts differ, or there is no record of the run.</exception>
    public static void Check(string table, IReadOnlyDictionary<string, string> facts)
    {
        var recorded = Read(table) ?? throw new UsageException($"There is no readable '{PathOf(table)}', which records the command of "
            + $"'{table}', so --resume cannot continue it. Start another table.");
        string[] differences = [.. facts.Where(fact => recorded.GetValueOrDefault(fact.Key) != fact.Value).Select(fact => fact.Key)];
        if (differences.Length > 0)
        {
            throw new UsageException($"'{table}' is from a run with other {string.Join(" and ", differences)}; "
                + "--resume continues only the same command. Start another table.");
        }
    }

    /// <summary>A text that is equal for equal bytes.</summary>
    public static string DigestOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexString(SHA256.HashData(stream));
    }

    /// <summary>A text that is equal for equal images and prompts.</summary>
    public static string DigestOf(IReadOnlyList<ImageInput> images)
    {
        var lines = images.Select(image =>
            $"{Path.GetFullPath(image.Path)}\n{image.Name}\n{string.Join('\t', image.Prompts?.Select(prompt => prompt.Text) ?? [])}\n");
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    private static string PathOf(string table) => table + ".run";

    private static Dictionary<string, string>? Read(string table)
    {
        try
        {
            return File.Exists(PathOf(table))
                ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(PathOf(table))) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
