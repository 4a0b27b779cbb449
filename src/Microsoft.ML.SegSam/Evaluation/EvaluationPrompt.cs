namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>The fixed prompts of one object, in pixels of the original image.</summary>
/// <param name="ImageId">The same for all objects of one image.</param>
/// <param name="Category">The object's true category.</param>
/// <param name="Height">Rows of the image.</param>
/// <param name="Width">Columns of the image.</param>
/// <param name="Box">x0, y0, x1, y1 around all of the true mask: its first pixel, and one past its last.</param>
/// <param name="Point">x, y of the first click, a pixel of the true mask.</param>
/// <param name="Mask">
/// Checksum of the true mask: SHA-256, in lower-case hexadecimal, of its Height·Width pixels, a byte of 0 or 1 each, row by row.
/// </param>
/// <param name="CaseId">What the images of one patient or volume share; null: each image is a case.</param>
/// <param name="Modality">Such as "ct"; null where it was not given.</param>
public sealed record EvaluationPrompt(
    string ImageId, string Category, int Height, int Width, IReadOnlyList<int> Box, IReadOnlyList<int> Point, string Mask,
    string? CaseId = null, string? Modality = null)
{
    /// <summary>Different for different objects; equal rows have equal ones.</summary>
    internal string Key => $"{ImageId}|{Category}|{Mask}|{Height}|{Width}";

    /// <summary>What is wrong with values that came from a file; null when nothing is.</summary>
    internal string? Problem =>
        string.IsNullOrWhiteSpace(ImageId) || string.IsNullOrWhiteSpace(Category) ? "an image id or a category is empty"
        : Height < 1 || Width < 1 ? FormattableString.Invariant($"the image has {Height} rows and {Width} columns")
        : Box is not [var x0, var y0, var x1, var y1] || x0 < 0 || y0 < 0 || x1 <= x0 || y1 <= y0 || x1 > Width || y1 > Height
            ? $"the box is not x0, y0, x1, y1 on an image {Width} wide and {Height} high"
        : Point is not [var x, var y] || x < x0 || y < y0 || x >= x1 || y >= y1 ? "the point is not x, y in the box"
        : Mask.Length != 64 ? "the checksum of the mask has not 64 digits"
        : null;
}

/// <summary>A click.</summary>
/// <param name="X">Column of the clicked pixel in the original image.</param>
/// <param name="Y">Row of it.</param>
/// <param name="OnObject">Whether the pixel is the object's (label 1) or the background's (label 0).</param>
public sealed record EvaluationClick(int X, int Y, bool OnObject);
