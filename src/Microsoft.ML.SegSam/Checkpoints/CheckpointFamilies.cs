using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>What the publishers of checkpoints do differently.</summary>
internal static class CheckpointFamilies
{
    private const int MedSamInput = 1024;

    /// <summary>Tells the family by what only its files have. MedSAM's weights have SAM's names and shapes, so there the file decides.</summary>
    public static CheckpointFamily Recognise(CheckpointFile file, SegSamConfig config, IReadOnlyList<string> unused)
    {
        if (config.Stages is not null)
            return CheckpointFamily.MobileSam;
        if (config.Adapter == SegSamAdapter.SamMed2D)
            return CheckpointFamily.SamMed2D;
        if (unused.Any(name => name.Contains("mask_decoder.hf_token", StringComparison.Ordinal)))
            return CheckpointFamily.SamHq;
        // MedSAM publishes medsam_vit_b.pth; training scripts of MedSAM and SAM-Med2D save {'model': ...}, the official SAM never does.
        return file.Name.Contains("medsam", StringComparison.OrdinalIgnoreCase) ? CheckpointFamily.MedSam
            : file.Wrapper != "model" ? CheckpointFamily.Sam
            : config.InputSize < MedSamInput ? CheckpointFamily.SamMed2D : CheckpointFamily.MedSam;
    }

    /// <summary>How images are prepared for the family's weights.</summary>
    public static Preprocessing Preprocessing(CheckpointFamily family) => family switch
    {
        CheckpointFamily.MedSam => Imaging.Preprocessing.MedSam,
        CheckpointFamily.SamMed2D => Imaging.Preprocessing.SamMed2D,
        _ => Imaging.Preprocessing.Sam,
    };

    /// <summary>Adds what the shapes of weights do not tell.</summary>
    public static SegSamConfig Complete(SegSamConfig config, CheckpointFamily family) => config with
    {
        SingleMask = family == CheckpointFamily.MedSam,
        SigmoidMaskPrompt = family == CheckpointFamily.SamMed2D,
    };
}

/// <summary>Who published a checkpoint: decides how images are prepared for it and which of SAM's masks answers.</summary>
public enum CheckpointFamily
{
    /// <summary>Segment Anything, official files or Hugging Face's: longest side to the input size, SAM's mean and deviation.</summary>
    Sam,

    /// <summary>MedSAM: stretched to the square (bicubic), every image scaled to 0..1, the single mask answers.</summary>
    MedSam,

    /// <summary>SAM-Med2D: small images padded, larger ones stretched (nearest neighbour), mask prompts as probabilities.</summary>
    SamMed2D,

    /// <summary>Segment Anything in High Quality: its SAM part alone is used, as of <see cref="Sam"/>.</summary>
    SamHq,

    /// <summary>MobileSAM: TinyViT as the encoder, images as for <see cref="Sam"/>.</summary>
    MobileSam,

    /// <summary>Weights that this library saved; they say themselves how images are prepared.</summary>
    SegSam,
}
