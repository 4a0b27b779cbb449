using System.Text.Json;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Tests.Golden.Reference;

/// <summary>The models of the golden config.json: sizes, epsilons and threshold.</summary>
internal static class GoldenConfig
{
    /// <summary>Names of the models: the entries that have an image size.</summary>
    public static IReadOnlyList<string> Models =>
        [.. GoldenFolder.Json("config.json").EnumerateObject()
            .Where(item => item.Value.TryGetProperty("img_size", out _))
            .Select(item => item.Name)];

    public static SegSamConfig Read(string model)
    {
        var root = Entry(model);
        var adapter = root.TryGetProperty("encoder_adapter", out var flag) && flag.GetBoolean();
        var usual = new SegSamConfig { InputSize = Int("img_size") };
        return usual with
        {
            PatchSize = Int("patch_size"),
            EncoderWidth = Int("encoder_embed_dim"), EncoderDepth = Int("encoder_depth"), EncoderHeads = Int("encoder_num_heads"),
            EncoderMlpRatio = Number("encoder_mlp_ratio", usual.EncoderMlpRatio),
            GlobalBlocks = [.. root.GetProperty("encoder_global_attn_indexes").EnumerateArray().Select(index => index.GetInt32())],
            WindowSize = Int("window_size"),
            Adapter = adapter ? SegSamAdapter.SamMed2D : SegSamAdapter.None,
            AdapterRatio = Number("adapter_mlp_ratio", usual.AdapterRatio),
            Width = Int("prompt_embed_dim"), MaskPromptChannels = Int("mask_in_chans"),
            DecoderDepth = Int("decoder_depth"), DecoderHeads = Int("decoder_num_heads"), DecoderMlpWidth = Int("decoder_mlp_dim"),
            AttentionDownsample = Int("decoder_attention_downsample_rate"), MultimaskOutputs = Int("num_multimask_outputs"),
            QualityHeadDepth = Int("iou_head_depth"), QualityHeadWidth = Int("iou_head_hidden_dim"),
            CategoryCount = 1, TextInsertion = TextInsertion.None,
            EncoderEpsilon = Number("norm_eps_encoder", usual.EncoderEpsilon),
            MapEpsilon = Number("layernorm2d_eps", usual.MapEpsilon),
            DecoderEpsilon = Number("norm_eps_decoder", usual.DecoderEpsilon),
            AdapterEpsilon = Number("norm_eps_adapter", usual.AdapterEpsilon),
        };

        int Int(string name) => root.GetProperty(name).GetInt32();

        double Number(string name, double otherwise) => root.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;
    }

    /// <summary>Logits above it are the mask.</summary>
    public static double Threshold(string model) => Entry(model).GetProperty("mask_threshold").GetDouble();

    private static JsonElement Entry(string model) => GoldenFolder.Json("config.json").GetProperty(model);
}
