using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>What a model is, apart from its weights; saved with them as JSON.</summary>
/// <param name="Options">Columns and scoring settings, and how the model was trained.</param>
/// <param name="Config">Rebuilds the network.</param>
/// <param name="Categories">Names of the K categories, in the order of scores and keys.</param>
/// <param name="Preprocessing">How images are prepared for the network, as in training.</param>
/// <param name="Prompts">The prompts that the model was made for.</param>
/// <param name="Zooms">Whether small objects get a closer look, as in training.</param>
/// <param name="Slices">How slices of volumes looked in training; null: the images were no slices.</param>
internal sealed record ModelDescription(
    SegSamOptions Options,
    SegSamConfig Config,
    IReadOnlyList<string> Categories,
    Preprocessing Preprocessing,
    ModelPrompts Prompts = ModelPrompts.None,
    bool Zooms = false,
    SliceLook? Slices = null)
{
    public const ModelPrompts AllPrompts = ModelPrompts.Box | ModelPrompts.Points | ModelPrompts.Mask;

    // What earlier versions called an option, or, where a value is given, that value of the option.
    private static readonly (string Option, string? Value, string NewName)[] OldNames =
    [
        ("CheckpointActivations", null, nameof(SegSamOptions.GradientCheckpointing)),
        ("BestMetric", "PresentF1", nameof(ValidationMetric.PresenceF1)),
    ];

    /// <summary>The kinds of prompts that have a column.</summary>
    public static ModelPrompts NamedPrompts(SegSamOptions options) =>
        (options.BoxColumnName is null ? ModelPrompts.None : ModelPrompts.Box)
        | (options.PointsColumnName is null ? ModelPrompts.None : ModelPrompts.Points)
        | (options.MaskPromptColumnName is null ? ModelPrompts.None : ModelPrompts.Mask);

    /// <summary>The prompts that training with these options shows a model, those of its checkpoint included.</summary>
    /// <remarks>
    /// Correction rounds consist of points together with the previous mask, as do simulated corrections, which all models with points or
    /// mask prompts are shown; published SAMs know both.
    /// </remarks>
    /// <param name="startsFromSam">Whether the checkpoint is a SAM's.</param>
    public static ModelPrompts PromptsOf(SegSamOptions options, bool startsFromSam) =>
        NamedPrompts(options) | (startsFromSam || options.InteractiveRounds > 0 || options.HasPointsOrMask
            ? ModelPrompts.Points | ModelPrompts.Mask : ModelPrompts.None);

    public string ToJson() => JsonSerializer.Serialize(this, ModelArchive.Json);

    /// <summary>
    /// Reads what <see cref="ToJson"/> wrote, in this version or an earlier one. Unknown members are ignored.
    /// </summary>
    /// <exception cref="InvalidDataException">The text does not describe a model.</exception>
    public static ModelDescription FromJson(string json)
    {
        ModelDescription? description;
        try
        {
            var node = JsonNode.Parse(json);
            if (node is JsonObject root && root[nameof(Options)] is JsonObject options)
                UpdateNames(options);
            description = node.Deserialize<ModelDescription>(ModelArchive.Json);
            description?.Options?.Validate(needsPrompt: false);
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException or NotSupportedException
            or FormatException)
        {
            throw new InvalidDataException("The model's description is not readable: " + failure.Message, failure);
        }

        if (description is not { Options: not null, Config: not null, Categories.Count: > 0, Preprocessing: not null }
            || description.Categories.Any(name => name is null) || description.Categories.Count != description.Config.CategoryCount)
        {
            throw new InvalidDataException(
                "The model's description lacks options, config, preprocessing, or as many categories as the config counts.");
        }

        var prompts = description.Prompts & AllPrompts; // earlier versions, whose checkpoints were all of a SAM, did not save them
        if (prompts == ModelPrompts.None)
            prompts = PromptsOf(description.Options, startsFromSam: description.Options.Checkpoint is not null);
        return description with { Prompts = prompts };
    }

    private static void UpdateNames(JsonObject options)
    {
        foreach (var (option, value, newName) in OldNames)
        {
            if (options[option] is not JsonValue found)
                continue;
            if (value is null)
            {
                options.Remove(option);
                options[newName] = found;
            }
            else if (found.GetValueKind() == JsonValueKind.String && found.GetValue<string>() == value)
                options[option] = newName;
        }
    }
}
