namespace Microsoft.ML.SegSam.Metrics;

/// <summary>How an object is pointed out in the evaluation protocol; the value is the number of clicks.</summary>
public enum PromptKind
{
    /// <summary>The tight box around the true mask, without noise.</summary>
    Box = 0,

    /// <summary>One click on the object.</summary>
    OnePoint = 1,

    /// <summary>Three clicks, the later two each into the error of the answer before, with its logits as mask prompt.</summary>
    ThreePoints = 3,

    /// <summary>Five clicks, placed like the three.</summary>
    FivePoints = 5,
}
