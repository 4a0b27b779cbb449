using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.SegSam.Options;

/// <summary>The number format of the image encoder's products: linear layers, convolutions and attention.</summary>
public enum SegSamPrecision
{
    /// <summary>
    /// BFloat16 where the processor runs it faster, else Float32: on a CPU with instructions for it, after a trial of some milliseconds, for encoders of
    /// SAM's kind that are wide enough to gain (256 and more). On a GPU Float32.
    /// </summary>
    Automatic,

    /// <summary>32-bit floating point throughout.</summary>
    [SuppressMessage("Naming", "CA1720", Justification = "It is the format that is meant.")]
    Float32,

    /// <summary>The encoder's products in bfloat16; its weights and norms, the decoders, losses and optimizer in float32.</summary>
    BFloat16,
}
