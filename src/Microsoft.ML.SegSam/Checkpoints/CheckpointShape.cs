using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>Derives a network's sizes from the shapes of its weights.</summary>
internal sealed class CheckpointShape(IReadOnlyDictionary<string, CheckpointTensor> weights)
{
    private const int TinyVitInput = 1024; // MobileSAM's; its weights do not show it

    /// <summary>The config of weights with the official names. What shapes cannot show (the number of decoder heads) is SAM's.</summary>
    /// <exception cref="InvalidDataException">A weight that shows sizes is missing or has the wrong number of dimensions.</exception>
    public SegSamConfig ToConfig()
    {
        var encoder = weights.ContainsKey("image_encoder.patch_embed.seq.0.c.weight") ? SegSamConfig.For(SegSamEncoder.VitT, TinyVitInput)
            : weights.ContainsKey("image_encoder.stem.weight") ? SegSamConfig.For(SegSamEncoder.ResNet18) // as this library saves it
            : Vit();
        var width = Side("prompt_encoder.no_mask_embed.weight", 1, of: 2);
        var attentionWidth = Side("mask_decoder.transformer.final_attn_token_to_image.q_proj.weight", 0, of: 2);
        return encoder with
        {
            Width = width,
            MaskPromptChannels = Side("prompt_encoder.mask_downscaling.3.weight", 0, of: 4),
            DecoderDepth = Count("mask_decoder.transformer.layers."),
            DecoderMlpWidth = Side("mask_decoder.transformer.layers.0.mlp.lin1.weight", 0, of: 2),
            AttentionDownsample = Math.Max(1, width / Math.Max(1, attentionWidth)),
            MultimaskOutputs = MaskTokens() - 1,
            QualityHeadDepth = Count("mask_decoder.iou_prediction_head.layers."),
            QualityHeadWidth = Side("mask_decoder.iou_prediction_head.layers.0.weight", 0, of: 2),
        };
    }

    private SegSamConfig Vit()
    {
        const string Positions = "image_encoder.pos_embed", Patches = "image_encoder.patch_embed.proj.weight";
        const string Block = "image_encoder.blocks.", LowRank = Block + "0.attn.Adapter.query_down.weight";
        var (grid, width, patch) = (Side(Positions, 1, of: 4), Side(Positions, 3, of: 4), Side(Patches, 2, of: 4));
        var depth = Count(Block);
        var headWidth = Math.Max(1, Side(Block + "0.attn.rel_pos_h", 1, of: 2));
        var tables = Enumerable.Range(0, depth).Select(i => Side($"{Block}{i}.attn.rel_pos_h", 0, of: 2)).ToList();
        var preset = Enum.GetValues<SegSamEncoder>().Select(encoder => SegSamConfig.For(encoder))
            .FirstOrDefault(config => (config.EncoderWidth, config.EncoderDepth) == (width, depth));
        var windows = tables.Where(length => length != 2 * grid - 1).ToList();
        return new()
        {
            InputSize = grid * patch,
            PatchSize = patch,
            EncoderWidth = width,
            EncoderDepth = depth,
            EncoderHeads = width / headWidth,
            EncoderMlpRatio = (double)Side(Block + "0.mlp.lin1.weight", 0, of: 2) / Math.Max(1, width),
            // If the map is as large as a window, the tables of all blocks have the same size, and only a preset shows which blocks are
            // global.
            GlobalBlocks = preset is not null && windows.Count == 0
                ? preset.GlobalBlocks
                : [.. Enumerable.Range(0, depth).Where(i => tables[i] == 2 * grid - 1)],
            WindowSize = windows.Count > 0 ? (windows[0] + 1) / 2 : preset?.WindowSize ?? 14,
            Adapter = weights.ContainsKey(Block + "0.Adapter.channel.0.weight") ? SegSamAdapter.SamMed2D
                : weights.ContainsKey(Block + "0.Adapter.down.weight") ? SegSamAdapter.Bottleneck
                : weights.ContainsKey(LowRank) ? SegSamAdapter.LowRank : SegSamAdapter.None,
            AdapterRank = weights.ContainsKey(LowRank) ? Side(LowRank, 0, of: 2) : 4,
            AdapterRatio = AdapterRatio(Block + "0.Adapter.channel.0.weight") ?? AdapterRatio(Block + "0.Adapter.down.weight") ?? 0.25,
        };
    }

    private int MaskTokens()
    {
        const string Tokens = "mask_decoder.mask_tokens.weight";
        var count = Side(Tokens, 0, of: 2);
        return count >= 2 ? count : throw new InvalidDataException($"The weights have {count} mask token{(count == 1 ? "" : "s")} "
            + $"({Tokens}). "
            + "SAM has 4, one for the mask of a clear prompt and 3 for the masks of an ambiguous one, and at least 2 are needed. "
            + "The model was reduced to a single mask: use the weights from which it was made.");
    }

    private double? AdapterRatio(string name) =>
        weights.ContainsKey(name) ? (double)Side(name, 0, of: 2) / Math.Max(1, Side(name, 1, of: 2)) : null;

    private int Side(string name, int dimension, int of)
    {
        if (!weights.TryGetValue(name, out var weight))
            throw new InvalidDataException($"The weight {name}, which determines sizes, is missing among {weights.Count} weights.");
        return weight.Shape.Count == of && weight.Shape[dimension] <= int.MaxValue ? (int)weight.Shape[dimension]
            : throw new InvalidDataException($"The weight {name} has the shape [{string.Join(',', weight.Shape)}]; expected {of} "
                + "dimensions.");
    }

    // The number of consecutive "prefix0.", "prefix1.", ...
    private int Count(string prefix)
    {
        var indices = weights.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => name[prefix.Length..].Split('.')[0]).ToHashSet(StringComparer.Ordinal);
        var count = Enumerable.Range(0, indices.Count).TakeWhile(i => indices.Contains($"{i}")).Count();
        return count > 0 ? count : throw new InvalidDataException(
            $"No weight has a name that begins with {prefix}0, which would determine the number of layers; there are {weights.Count} "
                + "other weights.");
    }
}
