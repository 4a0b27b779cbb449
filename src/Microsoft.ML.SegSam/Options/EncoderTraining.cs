namespace Microsoft.ML.SegSam.Options;

/// <summary>Which weights of the image encoder are trained. Prompt encoder, text module and both decoders are always trained.</summary>
public enum EncoderTraining
{
    /// <summary>All of them; needed to train from scratch.</summary>
    Full,

    /// <summary>Only the adapters; needs an <see cref="SegSamOptions.Adapter"/>.</summary>
    Adapter,

    /// <summary>
    /// None. Each image is encoded once and its embedding kept on disk during training, so later epochs take no encoder time.
    /// </summary>
    Frozen,
}
