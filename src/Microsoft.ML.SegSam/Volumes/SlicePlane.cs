namespace Microsoft.ML.SegSam.Volumes;

/// <summary>Which way a volume is cut, and how a slice is turned to be looked at.</summary>
public enum SlicePlane
{
    /// <summary>Across the body, from the feet to the head; columns grow to the patient's left, rows to the back.</summary>
    Axial,

    /// <summary>From the back to the front; columns grow to the patient's left, rows to the feet.</summary>
    Coronal,

    /// <summary>From the patient's right to the left; columns grow to the back, rows to the feet.</summary>
    Sagittal,

    /// <summary>As the file holds them: columns are its first axis, rows its second, slices its third.</summary>
    Stored,
}
