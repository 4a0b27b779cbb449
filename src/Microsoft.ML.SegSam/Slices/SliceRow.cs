using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Slices;

/// <summary>A slice of a volume, as a row.</summary>
internal class SliceRow
{
    /// <summary>A PNG file.</summary>
    public byte[] Image { get; set; } = [];

    public string CaseId { get; set; } = "";

    public int SliceIndex { get; set; }

    /// <summary>Distance of columns and of rows, in mm; NaN where it is not known.</summary>
    [VectorType(2)]
    public float[] Spacing { get; set; } = [];

    public string ImageId { get; set; } = "";

    public string Dataset { get; set; } = "";

    /// <summary>DICOM's code, such as CT; empty where it is not known.</summary>
    public string Modality { get; set; } = "";
}

/// <summary>An object on a slice, as a row.</summary>
internal class ObjectSliceRow : SliceRow
{
    /// <summary>A PNG file.</summary>
    public byte[] Mask { get; set; } = [];

    /// <summary>x0 y0 x1 y1 in pixels, tight.</summary>
    [VectorType(4)]
    public float[] Box { get; set; } = [];

    public string Category { get; set; } = "";

    public string[] PresentCategories { get; set; } = [];
}

/// <summary>An object on a slice that a list names, as a row.</summary>
internal sealed class ListedSliceRow : ObjectSliceRow
{
    /// <summary>"train" or "test"; empty where the list has no splits.</summary>
    public string Split { get; set; } = "";
}
