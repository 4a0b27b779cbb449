using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>Checks a config read from a file before a network of its sizes is built.</summary>
internal static class ConfigCheck
{
    private const int LargestSide = 16_384; // our choice, for any width, side or count; ViT-H's largest is 5,120
    private const int MostLayers = 256;     // our choice; ViT-H has 32

    /// <summary>The network with shapes only, without memory for weights. The caller disposes it.</summary>
    /// <exception cref="InvalidDataException">A number is out of range, or numbers contradict each other.</exception>
    public static SegSamNetwork Shapes(SegSamConfig config)
    {
        if (config.Stages?.Contains(null!) is true || config.ResNetStages?.Contains(null!) is true)
            throw new InvalidDataException("The model's config has a null among its Stages or ResNetStages.");
        foreach (var rule in Rules(config))
            rule.Check();
        if (!IsConsistent(config))
            throw new InvalidDataException("The numbers of the model's config contradict each other: "
                + $"{JsonSerializer.Serialize(config, ModelArchive.Json)}.");
        try
        {
            return new(config, LayerFactory.Meta);
        }
        catch (Exception failure) when (IsBuildFailure(failure))
        {
            throw new InvalidDataException("No network can be built from the model's config: " + failure.Message, failure);
        }
    }

    /// <summary>
    /// Whether an exception says that JSON does not hold the settings that it should: of their types and in their ranges.
    /// </summary>
    public static bool IsUnreadable(Exception failure) => failure is JsonException or ArgumentException or NotSupportedException;

    // Everything that TorchSharp and our own layers throw for sizes that cannot be.
    private static bool IsBuildFailure(Exception failure) => failure is ExternalException or ArgumentException or ArithmeticException;

    private static IEnumerable<Rule> Rules(SegSamConfig config) =>
    [
        new(nameof(config.PatchSize), config.PatchSize, 1, 256),
        new(nameof(config.InputSize), config.InputSize, config.PatchSize, Math.Min(LargestSide, 256 * config.PatchSize)),
        new(nameof(config.DecoderDepth), config.DecoderDepth, 1, MostLayers),
        new(nameof(config.QualityHeadDepth), config.QualityHeadDepth, 1, MostLayers),
        new(nameof(config.RefinementDepth), config.RefinementDepth, 0, MostLayers),
        new(nameof(config.PyramidWidth), config.PyramidWidth, config.FineMaps ? 1 : 0, 4096),
        new(nameof(config.CategoryCount), config.CategoryCount, 1, 1 << 20),
        new(nameof(config.EncoderMlpRatio), config.EncoderMlpRatio, 0.01, 64),
        new(nameof(config.AdapterRatio), config.AdapterRatio, 0.001, 64),
        new(nameof(config.WindowSize), config.WindowSize),
        new(nameof(config.AdapterRank), config.AdapterRank),
        new(nameof(config.Width), config.Width),
        new(nameof(config.MaskPromptChannels), config.MaskPromptChannels),
        new(nameof(config.DecoderHeads), config.DecoderHeads),
        new(nameof(config.DecoderMlpWidth), config.DecoderMlpWidth),
        new(nameof(config.AttentionDownsample), config.AttentionDownsample),
        new(nameof(config.MultimaskOutputs), config.MultimaskOutputs),
        new(nameof(config.QualityHeadWidth), config.QualityHeadWidth),
        new(nameof(config.PresenceTokens), config.PresenceTokens),
        new(nameof(config.TextWidth), config.TextWidth),
        new(nameof(config.TextMlpWidth), config.TextMlpWidth),
        .. EncoderRules(config),
    ];

    private static IEnumerable<Rule> EncoderRules(SegSamConfig config) => config.Kind switch
    {
        EncoderKind.TinyVit => config.Stages!.SelectMany(stage => (Rule[])
        [
            new(nameof(stage.Width), stage.Width),
            new(nameof(stage.Depth), stage.Depth, 1, MostLayers),
            new(nameof(stage.Heads), stage.Heads, 0, stage.Width),
            new(nameof(stage.Window), stage.Window, 0, 256),
        ]),
        EncoderKind.ResNet => config.ResNetStages!.SelectMany(stage => (Rule[])
        [
            new(nameof(stage.Width), stage.Width),
            new(nameof(stage.Depth), stage.Depth, 1, MostLayers),
        ]),
        _ =>
        [
            new(nameof(config.EncoderDepth), config.EncoderDepth, 1, MostLayers),
            new(nameof(config.EncoderWidth), config.EncoderWidth),
            new(nameof(config.EncoderHeads), config.EncoderHeads),
        ],
    };

    private static bool IsConsistent(SegSamConfig config) =>
        config.Kind switch
        {
            EncoderKind.TinyVit => config.Stages!.Count is > 0 and <= 8,
            // Stem and pooling take a quarter of each side, every further stage half of the rest.
            EncoderKind.ResNet => config.ResNetStages!.Count is > 0 and <= 8 && 4 << config.ResNetStages.Count - 1 == config.PatchSize,
            _ => config.GlobalBlocks is { } blocks && blocks.Count <= config.EncoderDepth && config.EncoderWidth % config.EncoderHeads == 0
                && config.Adapter switch
                {
                    SegSamAdapter.SamMed2D => HasInnerWidth(config) && config.Grid % 2 == 0, // it halves the map
                    SegSamAdapter.Bottleneck => HasInnerWidth(config),
                    _ => true,
                },
        }
        && (!config.FineMaps || config.ResNetStages?.Count == 3) // strides 4, 8 and 16
        && config.InputSize % config.PatchSize == 0
        && config.Width % 8 == 0
        && config.Width / config.AttentionDownsample % config.DecoderHeads == 0
        && config.MaskPromptChannels % 4 == 0;

    private static bool HasInnerWidth(SegSamConfig config) => (int)(config.EncoderWidth * config.AdapterRatio) > 0;

    // The range of one number.
    private readonly record struct Rule(string Name, double Value, double Least = 1, double Most = LargestSide)
    {
        public void Check()
        {
            if (!(Value >= Least && Value <= Most))
                throw new InvalidDataException(FormattableString.Invariant(
                    $"The model's config has {Name} = {Value}; it must be between {Least} and {Most}."));
        }
    }
}
