using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Checkpoints;

/// <summary>Small checkpoints in the forms that others publish, with random numbers in every weight.</summary>
internal static class PublishedFile
{
    /// <summary>Of the kind whose shapes tell everything: eight heads in the decoder, as in SAM.</summary>
    public static SegSamConfig Sam { get; } = SmallNetwork.Config with { DecoderHeads = 8 };

    /// <summary>The SAM part of a network of a config, under the official names.</summary>
    public static Dictionary<string, Tensor> Weights(SegSamConfig config, long seed = 3)
    {
        var network = SmallNetwork.Randomize(new SegSamNetwork(config).Initialize(1), seed);
        return SamPart(network).ToDictionary(pair => pair.Key, pair => pair.Value);
    }

    public static IEnumerable<KeyValuePair<string, Tensor>> SamPart(SegSamNetwork network) =>
        network.state_dict().Where(pair => PublishedNames.IsSam(pair.Key));

    /// <summary>Hugging Face's name of an official one, after the renaming in transformers' own converter.</summary>
    public static string InTransformers(string name)
    {
        (string Pattern, string Theirs)[] rules =
        [
            (@"^image_encoder\.neck\.0\.", "vision_encoder.neck.conv1."),
            (@"^image_encoder\.neck\.1\.", "vision_encoder.neck.layer_norm1."),
            (@"^image_encoder\.neck\.2\.", "vision_encoder.neck.conv2."),
            (@"^image_encoder\.neck\.3\.", "vision_encoder.neck.layer_norm2."),
            (@"^image_encoder\.blocks\.(\d+)\.norm(\d)\.", "vision_encoder.layers.$1.layer_norm$2."),
            (@"^image_encoder\.blocks\.", "vision_encoder.layers."),
            (@"^image_encoder\.patch_embed\.proj\.", "vision_encoder.patch_embed.projection."),
            (@"^image_encoder\.", "vision_encoder."),
            (@"mask_downscaling\.0\.", "mask_embed.conv1."), (@"mask_downscaling\.1\.", "mask_embed.layer_norm1."),
            (@"mask_downscaling\.3\.", "mask_embed.conv2."),
            (@"mask_downscaling\.4\.", "mask_embed.layer_norm2."), (@"mask_downscaling\.6\.", "mask_embed.conv3."),
            (@"point_embeddings\.", "point_embed."),
            (@"^prompt_encoder\.pe_layer\.positional_encoding_gaussian_matrix$", "shared_image_embedding.positional_embedding"),
            (@"output_upscaling\.0\.", "upscale_conv1."), (@"output_upscaling\.1\.", "upscale_layer_norm."),
            (@"output_upscaling\.3\.", "upscale_conv2."),
            (@"(mlps\.\d+|head)\.layers\.0\.", "$1.proj_in."), (@"(mlps\.\d+|head)\.layers\.2\.", "$1.proj_out."),
            (@"(mlps\.\d+|head)\.layers\.1\.", "$1.layers.0."),
            (@"transformer\.layers\.(\d+)\.norm(\d)\.", "transformer.layers.$1.layer_norm$2."),
            (@"norm_final_attn\.", "layer_norm_final_attn."),
        ];
        var rule = rules.FirstOrDefault(rule => Regex.IsMatch(name, rule.Pattern));
        return rule.Pattern is null ? name : Regex.Replace(name, rule.Pattern, rule.Theirs);
    }

    /// <summary>What <paramref name="use"/> makes of a safetensors file of these weights.</summary>
    public static T Use<T>(IEnumerable<KeyValuePair<string, Tensor>> weights, Func<CheckpointFile, T> use,
        string name = "weights.safetensors")
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, name);
        Write(path, weights);
        using var file = CheckpointFile.Open(path);
        return use(file);
    }

    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> weights)
    {
        using var stream = File.Create(path);
        Safetensors.Write(stream, [.. weights.Select(pair => (pair.Key, pair.Value))]);
    }
}
