namespace Microsoft.ML.SegSam.Prediction;

/// <summary>The kinds of prompts that a model was made for. A prompt may combine several kinds.</summary>
[Flags]
public enum ModelPrompts
{
    /// <summary>No prompt.</summary>
    None = 0,

    /// <summary>A box around the object.</summary>
    Box = 1,

    /// <summary>Points on the object or on the background.</summary>
    Points = 2,

    /// <summary>A mask to refine: low-resolution logits of an earlier prediction, or a mask of the image's size.</summary>
    Mask = 4,
}
