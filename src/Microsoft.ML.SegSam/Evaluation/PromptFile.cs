using System.Text.Json;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>What a file of evaluation prompts holds.</summary>
internal sealed record PromptFile(string Format, int Version, int Seed, string Clicks, IReadOnlyList<EvaluationPrompt> Prompts)
{
    private const string Kind = "SEG-SAM evaluation prompts", Remedy = "Make the file again with EvaluationPrompts.Create and Save.";
    private const int Current = 1;

    // For readers in other languages; this library knows it by heart.
    private const string ClickRule = "Click n = 2, 3, ... lies in the error of the answer before: of the m pixels (row by row, original size) where its binary mask and "
        + "the true one differ, it is number h mod m from 0; label 1 where the true mask is set, else 0. h is the big-endian number in the first 8 bytes of "
        + "SHA-256 of the UTF-8 text 'seed|imageId|category|mask|n'. The point of each prompt is click 1 by the same rule, all of the mask being missed.";

    private static readonly JsonSerializerOptions Json = new(ModelArchive.Json)
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
    };

    public static void Save(string path, int seed, IReadOnlyList<EvaluationPrompt> prompts) =>
        WholeFile.Write(path, file => JsonSerializer.Serialize(file, new PromptFile(Kind, Current, seed, ClickRule, prompts), Json));

    /// <exception cref="InvalidDataException">The file is no JSON, of another kind or version, or its values make no sense.</exception>
    public static PromptFile Load(string path)
    {
        using var file = File.OpenRead(path);
        try
        {
            using var json = JsonDocument.Parse(file);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("format", out var format) || format.ValueKind != JsonValueKind.String || !format.ValueEquals(Kind))
                throw Bad(path, $"expected a JSON object whose member 'format' is '{Kind}'; is it another file?");
            if (!json.RootElement.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number != Current)
                throw Bad(path, $"its version is {(version.ValueKind == JsonValueKind.Undefined ? "missing" : version.GetRawText())}; this library reads version {Current}. {Remedy}");
            var read = json.RootElement.Deserialize<PromptFile>(Json)!;
            foreach (var (i, prompt) in read.Prompts.Index())
            {
                if (prompt?.Problem is { } problem)
                    throw Bad(path, $"prompt {i} (counting from 0; image '{prompt.ImageId}', category '{prompt.Category}'): {problem}. {Remedy}");
            }

            return read.Prompts.Count > 0 && read.Prompts.All(prompt => prompt is not null) ? read : throw Bad(path, $"it holds no prompts. {Remedy}");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"'{path}' is not readable as evaluation prompts: {failure.Message.TrimEnd('.')}. {Remedy}", failure);
        }
    }

    private static InvalidDataException Bad(string path, string problem) => new($"'{path}' is not readable as evaluation prompts: {problem}");
}
