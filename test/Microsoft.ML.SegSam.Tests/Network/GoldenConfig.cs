using System.Text.Json;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Tests.Golden;

namespace Microsoft.ML.SegSam.Tests.Network;

/// <summary>The sizes and epsilons of a golden model, every one read from the golden config.json.</summary>
internal static class GoldenConfig
{
    public static SegSamConfig Read(string model)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SafetensorsFile.GoldenPath("config.json")));
        var root = document.RootElement.GetProperty(model);
        var adapter = root.TryGetProperty("encoder_adapter", out var flag) && flag.GetBoolean();
        var config = new SegSamConfig
        {
            InputSize = Int("img_size"), PatchSize = Int("patch_size"),
            EncoderWidth = Int("encoder_embed_dim"), EncoderDepth = Int("encoder_depth"), EncoderHeads = Int("encoder_num_heads"),
            EncoderMlpRatio = root.GetProperty("encoder_mlp_ratio").GetDouble(),
            GlobalBlocks = [.. root.GetProperty("encoder_global_attn_indexes").EnumerateArray().Select(index => index.GetInt32())],
            WindowSize = Int("window_size"),
            Adapter = adapter ? SegSamAdapter.SamMed2D : SegSamAdapter.None,
            Width = Int("prompt_embed_dim"), MaskPromptChannels = Int("mask_in_chans"),
            DecoderDepth = Int("decoder_depth"), DecoderHeads = Int("decoder_num_heads"), DecoderMlpWidth = Int("decoder_mlp_dim"),
            AttentionDownsample = Int("decoder_attention_downsample_rate"), MultimaskOutputs = Int("num_multimask_outputs"),
            QualityHeadDepth = Int("iou_head_depth"), QualityHeadWidth = Int("iou_head_hidden_dim"),
            CategoryCount = 1, TextInsertion = TextInsertion.None,
        };
        if (adapter)
            config = config with { AdapterRatio = root.GetProperty("adapter_mlp_ratio").GetDouble() };
        return !root.TryGetProperty("norm_eps_encoder", out var encoderEpsilon) ? config : config with
        {
            EncoderEpsilon = encoderEpsilon.GetDouble(),
            DecoderEpsilon = root.GetProperty("norm_eps_decoder").GetDouble(),
            AdapterEpsilon = root.TryGetProperty("norm_eps_adapter", out var epsilon) ? epsilon.GetDouble() : config.AdapterEpsilon,
        };

        int Int(string name) => root.GetProperty(name).GetInt32();
    }
}
