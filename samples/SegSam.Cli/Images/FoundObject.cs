using System.Text.Json.Nodes;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace SegSam.Cli.Images;

/// <summary>An object found in an image.</summary>
/// <param name="Prompt">The text of its prompt; empty where there was none.</param>
/// <param name="Json">The prediction as the library writes it.</param>
internal sealed record FoundObject(string Prompt, string Category, float Score, float PredictedIoU, SegmentationMask Mask, string Json)
{
    public static FoundObject Of(SegSamPrediction prediction, string prompt) =>
        new(prompt, prediction.Category, prediction.Score, prediction.PredictedIoU, prediction.Mask, prediction.ToJson());

    public static FoundObject Of(GeneratedMask mask) => new("", mask.Category, mask.Score, mask.PredictedIoU, mask.Mask, mask.ToJson());

    /// <summary>The prediction as JSON, with its prompt and mask file where there are any.</summary>
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
/// <param name="Problems">Messages about prompts without a prediction; null: none.</param>
internal sealed record ImageResult(int Height, int Width, IReadOnlyList<FoundObject> Objects, IReadOnlyList<string>? Problems = null);
