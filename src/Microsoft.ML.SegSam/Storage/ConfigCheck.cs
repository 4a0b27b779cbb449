using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Layers;

namespace Microsoft.ML.SegSam.Storage;

/// <summary>Whether a config read from a file can be one of ours, before a network of its sizes is built.</summary>
internal static class ConfigCheck
{
    private const int LargestSide = 16_384; // our choice, of any width, side or count; ViT-H's largest is 5,120
    private const int MostLayers = 256;     // our choice; ViT-H has 32

    /// <summary>The network in shapes only: it takes no memory for weights. The caller disposes it.</summary>
    /// <exception cref="InvalidDataException">A number is out of its range, or numbers do not fit each other.</exception>
    public static SegSamNetwork Shapes(SegSamConfig config)
    {
        Check(nameof(config.PatchSize), config.PatchSize, 1, 256);
        Check(nameof(config.InputSize), config.InputSize, config.PatchSize, Math.Min(LargestSide, 256 * config.PatchSize));
        Check(nameof(config.DecoderDepth), config.DecoderDepth, 1, MostLayers);
        Check(nameof(config.QualityHeadDepth), config.QualityHeadDepth, 1, MostLayers);
        Check(nameof(config.CategoryCount), config.CategoryCount, 1, 1 << 20);
        Check(nameof(config.EncoderMlpRatio), config.EncoderMlpRatio, 0.01, 64);
        Check(nameof(config.AdapterRatio), config.AdapterRatio, 0.001, 64);
        foreach (var (name, size) in ((string, int)[])
        [
            (nameof(config.WindowSize), config.WindowSize), (nameof(config.AdapterRank), config.AdapterRank), (nameof(config.Width), config.Width), (nameof(config.MaskPromptChannels), config.MaskPromptChannels), (nameof(config.DecoderHeads), config.DecoderHeads),
            (nameof(config.DecoderMlpWidth), config.DecoderMlpWidth), (nameof(config.AttentionDownsample), config.AttentionDownsample),
            (nameof(config.MultimaskOutputs), config.MultimaskOutputs), (nameof(config.QualityHeadWidth), config.QualityHeadWidth),
            (nameof(config.PresenceTokens), config.PresenceTokens), (nameof(config.TextWidth), config.TextWidth), (nameof(config.TextMlpWidth), config.TextMlpWidth),
        ])
            Check(name, size, 1, LargestSide);
        if (!EncoderFits(config) || config.InputSize % config.PatchSize != 0 || config.Width % 8 != 0 || config.Width / config.AttentionDownsample % config.DecoderHeads != 0 || config.MaskPromptChannels % 4 != 0)
            throw new InvalidDataException($"The model's config does not fit itself: {JsonSerializer.Serialize(config, ModelArchive.Json)}.");
        try
        {
            return new(config, LayerFactory.Meta);
        }
        catch (Exception failure) when (failure is ExternalException or ArgumentException or ArithmeticException)
        {
            throw new InvalidDataException("No network can be built from the model's config: " + failure.Message, failure);
        }
    }

    private static bool EncoderFits(SegSamConfig config)
    {
        if (config.Stages is { } stages)
        {
            foreach (var stage in stages)
            {
                Check(nameof(stage.Width), stage.Width, 1, LargestSide);
                Check(nameof(stage.Depth), stage.Depth, 1, MostLayers);
                Check(nameof(stage.Heads), stage.Heads, 0, stage.Width);
                Check(nameof(stage.Window), stage.Window, 0, 256);
            }

            return stages.Count is > 0 and <= 8;
        }

        Check(nameof(config.EncoderDepth), config.EncoderDepth, 1, MostLayers);
        Check(nameof(config.EncoderWidth), config.EncoderWidth, 1, LargestSide);
        Check(nameof(config.EncoderHeads), config.EncoderHeads, 1, LargestSide);
        return config.GlobalBlocks is not null && config.GlobalBlocks.Count <= config.EncoderDepth && config.EncoderWidth % config.EncoderHeads == 0;
    }

    private static void Check(string name, double found, double least, double most)
    {
        if (!(found >= least && found <= most))
            throw new InvalidDataException(FormattableString.Invariant($"The model's config has {name} = {found}; it must be between {least} and {most}."));
    }
}
