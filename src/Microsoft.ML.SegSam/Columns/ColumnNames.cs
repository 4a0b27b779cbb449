namespace Microsoft.ML.SegSam.Columns;

/// <summary>The columns of the prompts; null for those that are not used.</summary>
internal sealed record PromptColumnNames(string? Box, string? BoxScores, string? Points, string? PointLabels, string? Mask);

/// <summary>The columns that training reads; null for those that are not used.</summary>
/// <param name="Description">Text or vector that describes the category.</param>
/// <param name="Present">All categories annotated in the image.</param>
internal sealed record TrainingColumnNames(
    string Image, PromptColumnNames Prompts, string Mask, string Category,
    string? Description, string? Present, string? ImageId, string? Dataset);
