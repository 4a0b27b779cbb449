using System.Text.Json.Nodes;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace SegSam.Cli.Images;

/// <summary>An object that was found in an image.</summary>
/// <param name="Prompt">The words of the prompt that it answers; empty where none was given.</param>
/// <param name="Json">The answer as the library writes it.</param>
internal sealed record FoundObject(string Prompt, string Category, float Score, float Quality, SegmentationMask Mask, string Json)
{
    public static FoundObject Of(SegSamPrediction answer, string prompt) =>
        new(prompt, answer.Category, answer.Score, answer.PredictedIoU, answer.Mask, answer.ToJson());

    public static FoundObject Of(GeneratedMask mask) => new("", mask.Category, mask.Score, mask.PredictedIoU, mask.Mask, mask.ToJson());

    /// <summary>For a program, with prompt and file where there are any.</summary>
    public JsonObject Describe(string? file)
    {
        var node = JsonNode.Parse(Json)!.AsObject();
        if (Prompt.Length > 0)
            node.Insert(0, "prompt", Prompt);
        if (file is not null)
            node["mask_file"] = file;
        return node;
    }
}

/// <summary>What was found in one image.</summary>
/// <param name="Problems">Prompts that could not be answered, in words; null: none.</param>
internal sealed record ImageAnswer(int Height, int Width, IReadOnlyList<FoundObject> Objects, IReadOnlyList<string>? Problems = null);
