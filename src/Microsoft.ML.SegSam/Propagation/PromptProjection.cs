namespace Microsoft.ML.SegSam.Propagation;

/// <summary>What of an object's mask on one slice becomes the prompt on the next.</summary>
public enum PromptProjection
{
    /// <summary>The box where the model was trained with boxes, else the point.</summary>
    Automatic,

    /// <summary>The box around the mask, somewhat larger.</summary>
    Box,

    /// <summary>The point of the mask that is farthest from its edge.</summary>
    Point,

    /// <summary>The mask's own logits.</summary>
    Mask,

    /// <summary>Both the box and the logits.</summary>
    BoxAndMask,
}
