using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SampleKit;

namespace SegSam.Cli.Images;

/// <summary>What a run over many images was asked, kept beside its table: --resume goes on only with the same, or answers to different questions would share a table.</summary>
internal static class RunRecord
{
    /// <summary>Keeps what a run that begins now is asked.</summary>
    public static void Write(string table, IReadOnlyDictionary<string, string> facts) => OutputFile.Write(PathOf(table), JsonSerializer.Serialize(facts));

    /// <summary>Makes sure that the run of a table was asked the same.</summary>
    /// <exception cref="UsageException">It was asked otherwise, or there is no record of it.</exception>
    public static void Check(string table, IReadOnlyDictionary<string, string> facts)
    {
        var begun = Read(table) ?? throw new UsageException(
            $"There is no readable '{PathOf(table)}', which tells what the run of '{table}' was asked, so --resume cannot go on with it. Begin another table.");
        string[] differences = [.. facts.Where(fact => begun.GetValueOrDefault(fact.Key) != fact.Value).Select(fact => fact.Key)];
        if (differences.Length > 0)
        {
            throw new UsageException($"'{table}' is of a run with other {string.Join(" and ", differences)}; --resume goes on with the same command alone. "
                + "Begin another table.");
        }
    }

    /// <summary>A text that is equal for equal bytes.</summary>
    public static string DigestOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexString(SHA256.HashData(stream));
    }

    /// <summary>A text that is equal for equal images and prompts.</summary>
    public static string DigestOf(IReadOnlyList<ImageInput> images) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(images.Select(image =>
        $"{Path.GetFullPath(image.Path)}\n{image.Name}\n{string.Join('\t', image.Prompts?.Select(each => each.Text) ?? [])}\n")))));

    private static string PathOf(string table) => table + ".run";

    private static Dictionary<string, string>? Read(string table)
    {
        try
        {
            return File.Exists(PathOf(table)) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(PathOf(table))) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
