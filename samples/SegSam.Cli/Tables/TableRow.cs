namespace SegSam.Cli.Tables;

/// <summary>One object of a training table, as ML.NET reads it; images and masks are read from their files each time they are asked for.</summary>
public sealed record TableRow
{
    /// <summary>Where in the table the row begins, from 1.</summary>
    internal int Line { get; init; }

    internal string ImagePath { get; init; } = "";

    internal string MaskPath { get; init; } = "";

    /// <summary>The image's file.</summary>
    public byte[] Image => File.ReadAllBytes(ImagePath);

    /// <summary>The mask's file; white = object.</summary>
    public byte[] Mask => File.ReadAllBytes(MaskPath);

    /// <summary>The object's name.</summary>
    public string Category { get; init; } = "";

    /// <summary>Shared by the rows of one image.</summary>
    public string ImageId { get; init; } = "";

    /// <summary>x0, y0, x1, y1 in pixels, right and bottom just outside; empty: as tight as the mask.</summary>
    public float[] Box { get; init; } = [];

    /// <summary>x y x y ... in pixels; may be empty.</summary>
    public float[] Points { get; init; } = [];

    /// <summary>1 for each point on the object, 0 for each beside it.</summary>
    public float[] PointLabels { get; init; } = [];

    /// <summary>What the category looks like.</summary>
    public string Description { get; init; } = "";

    /// <summary>Rows of one data set share a label set.</summary>
    public string Dataset { get; init; } = "";

    /// <summary>Shared by the images of one patient or volume.</summary>
    public string CaseId { get; init; } = "";

    /// <summary>Such as "ct".</summary>
    public string Modality { get; init; } = "";

    /// <summary>Such as "train" or "test".</summary>
    internal string Split { get; init; } = "";
}
