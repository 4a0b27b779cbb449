using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>Where the publishers of checkpoints differ.</summary>
internal static class CheckpointFamilies
{
    private const int MedSamInput = 1024;

    /// <summary>
    /// Recognizes the family by what only its files contain. MedSAM's weights have SAM's names and shapes, so there the file decides.
    /// </summary>
    public static CheckpointFamily Recognize(CheckpointFile file, SegSamConfig config, IReadOnlyList<string> unused)
    {
        if (IsEncoderAlone(file))
            return CheckpointFamily.ResNet18;
        if (config.Kind == EncoderKind.TinyVit)
            return CheckpointFamily.MobileSam;
        if (config.Adapter == SegSamAdapter.SamMed2D)
            return CheckpointFamily.SamMed2D;
        if (unused.Any(name => name.Contains("mask_decoder.hf_token", StringComparison.Ordinal)))
            return CheckpointFamily.SamHq;
        // MedSAM publishes medsam_vit_b.pth; the training scripts of MedSAM and SAM-Med2D save {'model': ...}, the official SAM never does.
        return file.Name.Contains("medsam", StringComparison.OrdinalIgnoreCase) ? CheckpointFamily.MedSam
            : file.Wrapper != "model" ? CheckpointFamily.Sam
            : config.InputSize < MedSamInput ? CheckpointFamily.SamMed2D : CheckpointFamily.MedSam;
    }

    /// <summary>Whether the file holds an image encoder and nothing of SAM, as <see cref="CheckpointFamily.ResNet18"/> does.</summary>
    public static bool IsEncoderAlone(CheckpointFile file) => file.Format == CheckpointFormat.Onnx;

    /// <summary>How images are preprocessed for the family's weights.</summary>
    public static Preprocessing Preprocessing(CheckpointFamily family) => family switch
    {
        CheckpointFamily.MedSam => Imaging.Preprocessing.MedSam,
        CheckpointFamily.SamMed2D => Imaging.Preprocessing.SamMed2D,
        _ => Imaging.Preprocessing.Sam,
    };

    /// <summary>Adds what the shapes of the weights do not show.</summary>
    public static SegSamConfig Complete(SegSamConfig config, CheckpointFamily family) => config with
    {
        SingleMask = family == CheckpointFamily.MedSam,
        SigmoidMaskPrompt = family == CheckpointFamily.SamMed2D,
    };
}

/// <summary>The family of a checkpoint: determines how images are preprocessed and which of SAM's masks is the prediction.</summary>
public enum CheckpointFamily
{
    /// <summary>
    /// Segment Anything, in the official or Hugging Face's format: the longest side is scaled to the input size, pixels by SAM's mean and
    /// deviation.
    /// </summary>
    Sam,

    /// <summary>MedSAM: images are stretched to the square (bicubic) and scaled to 0..1; the prediction is the single mask.</summary>
    MedSam,

    /// <summary>SAM-Med2D: small images are padded, larger ones stretched (nearest neighbor); mask prompts are probabilities.</summary>
    SamMed2D,

    /// <summary>Segment Anything in High Quality: only its SAM part is used, in the same way as <see cref="Sam"/>.</summary>
    SamHq,

    /// <summary>MobileSAM: the encoder is TinyViT; images are preprocessed as for <see cref="Sam"/>.</summary>
    MobileSam,

    /// <summary>Weights saved by this library; the file states how images are preprocessed.</summary>
    SegSam,

    /// <summary>
    /// The ResNet-18 of the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18 (.onnx), trained on ImageNet: the image encoder's stages
    /// come from it, its neck and all else start at random, so that it must be trained. Images are preprocessed as for <see cref="Sam"/>.
    /// </summary>
    ResNet18,
}
