using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.SegSam.Options;

/// <summary>The number format of the image encoder's products: linear layers, convolutions and attention.</summary>
public enum SegSamPrecision
{
    /// <summary>
    /// On a CPU with bfloat16 instructions, BFloat16 for ViT encoders at least 256 wide and for ResNets at inputs of at least 256, if a
    /// trial of some milliseconds shows that it is faster; in predictions also for fused forms (TinyViT, decoders), by a trial of their
    /// own. Otherwise, and on a GPU, Float32.
    /// </summary>
    Automatic,

    /// <summary>32-bit floating point throughout.</summary>
    [SuppressMessage("Naming", "CA1720", Justification = "It is the format that is meant.")]
    Float32,

    /// <summary>
    /// Products in bfloat16: the encoder's, and in predictions those with maps in the decoders' fused form. All else in float32: weights,
    /// norms, losses, the optimizer.
    /// </summary>
    BFloat16,
}
