using Microsoft.ML.Data;

namespace SampleKit;

/// <summary>One object of a SAM-Med2D folder: what ML.NET needs to load its image and mask.</summary>
public sealed class SliceRow
{
    /// <summary>The image's path within the folder, such as images/a.png; the rows of one image share it.</summary>
    public required string ImageId { get; init; }

    /// <summary>Path of the image file.</summary>
    public required string ImagePath { get; init; }

    /// <summary>Path of the mask file, of the image's size; white = object.</summary>
    public required string MaskPath { get; init; }

    /// <summary>Tight box of the mask: x0, y0, x1, y1 in pixels, right and bottom just outside.</summary>
    [VectorType(4)]
    public required float[] Box { get; init; }

    /// <summary>The category as the mask's file name spells it, with spaces for underscores.</summary>
    public required string Category { get; init; }

    /// <summary>"train" or "test"; empty where the list does not split.</summary>
    public required string Split { get; init; }

    /// <summary>The patient's folder below images/, or what an image's name in SA-Med2D-20M says; may be empty, as may the next two.</summary>
    public string CaseId { get; init; } = "";

    /// <summary>Where the image comes from, such as LITS.</summary>
    public string Dataset { get; init; } = "";

    /// <summary>Kind of image, such as ct.</summary>
    public string Modality { get; init; } = "";
}
