namespace Microsoft.ML.SegSam.Options;

/// <summary>Which weights of the image encoder are trained. Prompt encoder, text module and both decoders always are.</summary>
public enum EncoderTraining
{
    /// <summary>Everything; needed when training from scratch.</summary>
    Full,

    /// <summary>The adapters alone; needs <see cref="SegSamOptions.Adapter"/>.</summary>
    Adapter,

    /// <summary>Nothing. Each image is then encoded once, and its embedding kept on disk while training lasts: later epochs pay no encoder time.</summary>
    Frozen,
}
