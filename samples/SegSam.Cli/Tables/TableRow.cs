namespace SegSam.Cli.Tables;

/// <summary>One object of a training table, as an ML.NET row; images and masks are read from their files on each access.</summary>
public sealed record TableRow
{
    /// <summary>The line in the table where the row starts, from 1.</summary>
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

    /// <summary>x0, y0, x1, y1 in pixels, right and bottom exclusive; empty: tight around the mask.</summary>
    public float[] Box { get; init; } = [];

    /// <summary>x y x y ... in pixels; may be empty.</summary>
    public float[] Points { get; init; } = [];

    /// <summary>1 for each point on the object, 0 for each outside it.</summary>
    public float[] PointLabels { get; init; } = [];

    /// <summary>A description of the category's appearance.</summary>
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
