using Microsoft.ML.Data;

namespace SampleKit;

/// <summary>One object of a SAM-Med2D folder, with the paths of its image and mask.</summary>
public sealed class SliceRow
{
    /// <summary>The image's path relative to the folder, such as images/a.png; shared by the rows of one image.</summary>
    public required string ImageId { get; init; }

    /// <summary>Path of the image file.</summary>
    public required string ImagePath { get; init; }

    /// <summary>Path of the mask file, which has the image's size; white = object.</summary>
    public required string MaskPath { get; init; }

    /// <summary>Tight box of the mask: x0, y0, x1, y1 in pixels, right and bottom exclusive.</summary>
    [VectorType(4)]
    public required float[] Box { get; init; }

    /// <summary>The category as the mask's file name spells it, with spaces for underscores.</summary>
    public required string Category { get; init; }

    /// <summary>"train" or "test"; empty where the list has no splits.</summary>
    public required string Split { get; init; }

    /// <summary>The patient's folder below images/, or the case in an SA-Med2D-20M name; may be empty, like the next two.</summary>
    public string CaseId { get; init; } = "";

    /// <summary>The source of the image, such as LITS.</summary>
    public string Dataset { get; init; } = "";

    /// <summary>The kind of image, such as ct.</summary>
    public string Modality { get; init; } = "";
}
