using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>Names of weights as others publish them. This library uses the official SAM's names; all renaming happens here.</summary>
internal static class PublishedNames
{
    private static readonly string[] SamParts = ["image_encoder.", "prompt_encoder.", "mask_decoder."];

    // What a file may contain in addition to SAM: constants, TinyViT's classifier, SAM-HQ's second mask token and its inputs, and, in a
    // whole model of this library, everything that belongs to its categories.
    private static readonly string[] Unused =
    [
        "pixel_mean", "pixel_std", "image_encoder.norm_head.", "image_encoder.head.",
        "mask_decoder.hf_token.", "mask_decoder.hf_mlp.", "mask_decoder.compress_vit_feat.", "mask_decoder.embedding_encoder.",
        "mask_decoder.embedding_maskfeature.",
        "semantic_decoder.", "text_to_vision.", "text_bank", "class_head.",
    ];

    // Hugging Face transformers, in this order: the neck's norms must be renamed before the blocks'.
    private static readonly (string Theirs, string Ours)[] Transformers =
    [
        ("vision_encoder.layers.", "image_encoder.blocks."),
        ("vision_encoder.", "image_encoder."),
        ("neck.conv1.", "neck.0."), ("neck.layer_norm1.", "neck.1."), ("neck.conv2.", "neck.2."), ("neck.layer_norm2.", "neck.3."),
        ("patch_embed.projection.", "patch_embed.proj."),
        ("mask_embed.conv1.", "mask_downscaling.0."), ("mask_embed.layer_norm1.", "mask_downscaling.1."),
        ("mask_embed.conv2.", "mask_downscaling.3."), ("mask_embed.layer_norm2.", "mask_downscaling.4."),
        ("mask_embed.conv3.", "mask_downscaling.6."),
        ("prompt_encoder.point_embed.", "prompt_encoder.point_embeddings."),
        ("prompt_encoder.shared_embedding.positional_embedding", PositionMatrix),
        ("shared_image_embedding.positional_embedding", PositionMatrix),
        ("upscale_conv1.", "output_upscaling.0."), ("upscale_layer_norm.", "output_upscaling.1."),
        ("upscale_conv2.", "output_upscaling.3."),
        (".layers.0.weight", ".layers.1.weight"), (".layers.0.bias", ".layers.1.bias"), // perceptrons only: other layers have parts
        (".proj_in.", ".layers.0."), (".proj_out.", ".layers.2."),
        ("layer_norm_final_attn", "norm_final_attn"), (".layer_norm", ".norm"),
    ];

    private const string PositionMatrix = "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix";

    /// <summary>Whether a weight of this library belongs to the SAM part.</summary>
    public static bool IsSam(string name) => SamParts.Any(part => name.StartsWith(part, StringComparison.Ordinal));

    /// <summary>The weights by the names used here, and the names of those that are not used.</summary>
    /// <param name="tensors">The tensors with their names in the file.</param>
    /// <exception cref="InvalidDataException">The names are not those of a SAM.</exception>
    public static (Dictionary<string, CheckpointTensor> Weights, List<string> Unused) Rename(IReadOnlyList<CheckpointTensor> tensors)
    {
        var isTransformers = tensors.Any(tensor => tensor.Name.Contains("vision_encoder.", StringComparison.Ordinal));
        var first = isTransformers ? "vision_encoder." : "image_encoder.";
        var prefix = tensors
            .Select(tensor => tensor.Name.IndexOf(first, StringComparison.Ordinal) is var at and >= 0 ? tensor.Name[..at] : null)
            .FirstOrDefault(before => before is not null) ?? throw Invalid(tensors); // "module." of parallel training and the like
        var weights = new Dictionary<string, CheckpointTensor>(StringComparer.Ordinal);
        var unused = new List<string>();
        foreach (var tensor in tensors)
        {
            var name = tensor.Name.StartsWith(prefix, StringComparison.Ordinal) ? tensor.Name[prefix.Length..] : tensor.Name;
            if (isTransformers)
                name = Transformers.Aggregate(name, (known, pair) => known.Replace(pair.Theirs, pair.Ours, StringComparison.Ordinal));
            // transformers saves the position matrix twice
            if (Unused.Any(part => name.StartsWith(part, StringComparison.Ordinal)) || !weights.TryAdd(name, tensor))
                unused.Add(tensor.Name);
        }

        var isSam2 = weights.Keys.Any(name => name.StartsWith("image_encoder.trunk.", StringComparison.Ordinal));
        return isSam2 ? throw Invalid(tensors) : (weights, unused);
    }

    private static InvalidDataException Invalid(IReadOnlyList<CheckpointTensor> tensors) => new(
        $"The file does not contain the weights of a supported Segment Anything Model; found {tensors.Count} tensors, such as "
        + $"{string.Join(", ", tensors.Take(3).Select(tensor => CheckpointError.Quote(tensor.Name)))}. Supported: SAM, MedSAM, SAM-Med2D, "
        + "SAM-HQ, MobileSAM, SAM in Hugging Face's format, files of this library, and one ResNet-18 (.onnx) as encoder. SAM 2 and LoRA "
        + "files are not supported.");
}
