namespace Microsoft.ML.SegSam.Propagation;

/// <summary>What of an object's mask on one slice becomes the prompt on the next.</summary>
public enum PromptProjection
{
    /// <summary>
    /// Of box and mask what the model was trained with: the mask tells an object from what else is in a box, and so where it ends. Within
    /// a given box in three dimensions, which tells that as well, the box alone. The point for a model without boxes. (Our choice, by
    /// what volumes of the training data showed.)
    /// </summary>
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
