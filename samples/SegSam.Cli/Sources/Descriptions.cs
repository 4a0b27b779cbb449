using System.Text.Json;
using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>Descriptions of categories, from a JSON object of texts by name.</summary>
internal static class Descriptions
{
    /// <param name="path">Null leaves the rows unchanged.</param>
    /// <exception cref="InvalidDataException">The file is not such JSON, or lacks a category: all rows must have a description, or none.
    /// </exception>
    public static IReadOnlyList<TableRow> Add(IReadOnlyList<TableRow> rows, string? path)
    {
        if (path is null)
            return rows;
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file '{path}' for --descriptions.");
        var texts = Read(path);
        string[] missing = [.. rows.Select(row => row.Category).Distinct().Where(name => !texts.ContainsKey(name))];
        return missing.Length == 0 ? [.. rows.Select(row => row with { Description = texts[row.Category] })]
            : throw new InvalidDataException($"'{path}' does not describe: {string.Join(", ", missing)}.");
    }

    private static Dictionary<string, string> Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(TextFile.Read(path)) ?? [];
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"'{path}' is not a JSON object from category to description: {wrong.Message}", wrong);
        }
    }
}
