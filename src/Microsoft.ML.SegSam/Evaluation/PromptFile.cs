using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>What a file of evaluation prompts holds.</summary>
/// <param name="Points">The rule by which later points are drawn; "clicks" is its name in version 1 of the format.</param>
internal sealed record PromptFile(
    string Format, int Version, int Seed, [property: JsonPropertyName("clicks")] string Points, IReadOnlyList<EvaluationPrompt> Prompts)
{
    private const string Kind = "SEG-SAM evaluation prompts", Remedy = "Make the file again with EvaluationPrompts.Create and Save.";
    private const int Current = 1;

    // For readers in other languages; this library does not read it.
    private const string Rule =
        "Point n = 2, 3, ... lies in the error of the previous prediction: of the m pixels (row by row, original size) where its "
        + "binary mask and the true mask differ, it is number h mod m, counting from 0; its label is 1 where the true mask is set, "
        + "else 0. h is the big-endian number in the first 8 bytes of the SHA-256 of the UTF-8 text 'seed|imageId|category|mask|n'. "
        + "The point of each prompt is point 1 by the same rule, with nothing predicted before.";

    private static readonly JsonSerializerOptions Json = new(ModelArchive.Json)
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
    };

    public static void Save(string path, int seed, IReadOnlyList<EvaluationPrompt> prompts) =>
        WholeFile.Write(path, file => JsonSerializer.Serialize(file, new PromptFile(Kind, Current, seed, Rule, prompts), Json));

    /// <exception cref="InvalidDataException">
    /// The file is not JSON, is of another kind or version, or its values make no sense.
    /// </exception>
    public static PromptFile Load(string path)
    {
        using var file = File.OpenRead(path);
        try
        {
            using var json = JsonDocument.Parse(file);
            CheckFormat(path, json.RootElement);
            var read = json.RootElement.Deserialize<PromptFile>(Json)!;
            foreach (var (i, prompt) in read.Prompts.Index())
            {
                if (prompt?.Problem is { } problem)
                {
                    throw Unreadable(path, FormattableString.Invariant($"prompt {i} (counting from 0; image '{prompt.ImageId}', ")
                        + $"category '{prompt.Category}'): {problem}. {Remedy}");
                }
            }

            return read.Prompts.Count > 0 && read.Prompts.All(prompt => prompt is not null) ? read
                : throw Unreadable(path, $"it holds no prompts. {Remedy}");
        }
        catch (JsonException failure)
        {
            throw Unreadable(path, $"{failure.Message.TrimEnd('.')}. {Remedy}", failure);
        }
    }

    private static void CheckFormat(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("format", out var format)
            || format.ValueKind != JsonValueKind.String || !format.ValueEquals(Kind))
            throw Unreadable(path, $"expected a JSON object whose member 'format' is '{Kind}'; is it another file?");
        if (!root.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.Number
            || !version.TryGetInt32(out var number) || number != Current)
        {
            var found = version.ValueKind == JsonValueKind.Undefined ? "missing" : version.GetRawText();
            throw Unreadable(path, FormattableString.Invariant($"its version is {found}; this library reads version {Current}. {Remedy}"));
        }
    }

    private static InvalidDataException Unreadable(string path, string problem, Exception? cause = null) =>
        new($"'{path}' is not readable as evaluation prompts: {problem}", cause);
}
