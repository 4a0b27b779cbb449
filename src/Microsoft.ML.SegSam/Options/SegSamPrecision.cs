using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.SegSam.Options;

/// <summary>The number format of the image encoder's products: linear layers, convolutions and attention.</summary>
public enum SegSamPrecision
{
    /// <summary>
    /// On a CPU with bfloat16 instructions, BFloat16 for ViT encoders at least 256 wide, for ResNets at inputs of at least 128, and in
    /// predictions for a TinyViT at inputs of at least 256, if trials of some milliseconds show that it is faster; the decoders' fused
    /// form goes with the encoder. Otherwise, and on a GPU, Float32.
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
