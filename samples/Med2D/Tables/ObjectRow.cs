namespace Med2D.Tables;

/// <summary>One object of a table.</summary>
internal sealed record ObjectRow
{
    /// <summary>Line of the table, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The data set: its rows share one list of categories.</summary>
    public required string Source { get; init; }

    public required string Modality { get; init; }

    /// <summary>The image's path as the table has it, with forward slashes; equal for the objects of one image.</summary>
    public required string ImageId { get; init; }

    /// <summary>The mask's path likewise: it identifies the object.</summary>
    public required string MaskId { get; init; }

    public required string ImagePath { get; init; }

    /// <summary>Of the image's size; 0 outside the object.</summary>
    public required string MaskPath { get; init; }

    public required string Category { get; init; }

    /// <summary>Patient or study; empty where unknown.</summary>
    public required string Case { get; init; }

    /// <summary>Such as "test"; empty where the table has none.</summary>
    public required string Split { get; init; }
}
