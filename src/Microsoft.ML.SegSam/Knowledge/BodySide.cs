namespace Microsoft.ML.SegSam.Knowledge;

/// <summary>A side of the body, the patient's own.</summary>
public enum BodySide
{
    /// <summary>The patient's left.</summary>
    Left,

    /// <summary>The patient's right.</summary>
    Right,
}
