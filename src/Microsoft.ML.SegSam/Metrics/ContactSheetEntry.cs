namespace Microsoft.ML.SegSam.Metrics;

/// <summary>One object on a contact sheet.</summary>
/// <param name="Row">Its row, counting from 0.</param>
/// <param name="ImageId">What the rows of its image share; null where the data have no such column.</param>
/// <param name="Category">The true category.</param>
/// <param name="Predicted">The predicted one; null without a prediction.</param>
/// <param name="Score">Its probability, 0 to 1; 0 without a prediction.</param>
/// <param name="BinaryDice">Dice of the binary mask, 0 to 1.</param>
/// <param name="SemanticDice">Dice of the semantic mask, 0 to 1; 0 where the name is wrong.</param>
public sealed record ContactSheetEntry(long Row, string? ImageId, string Category, string? Predicted, float Score, double BinaryDice, double SemanticDice)
{
    /// <summary>Mean of both: by it the sheet is sorted.</summary>
    public double MeanDice => (BinaryDice + SemanticDice) / 2;
}
