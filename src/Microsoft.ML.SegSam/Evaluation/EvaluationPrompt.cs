using System.Text.Json.Serialization;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>The fixed prompts of one object, in pixels of the original image.</summary>
public sealed class EvaluationPrompt
{
    [JsonConstructor]
    internal EvaluationPrompt(string imageId, string category, int height, int width, IReadOnlyList<int> box, IReadOnlyList<int> point,
        string mask, string? caseId = null, string? modality = null)
    {
        ImageId = imageId;
        Category = category;
        Height = height;
        Width = width;
        Box = box;
        Point = point;
        Mask = mask;
        CaseId = caseId;
        Modality = modality;
    }

    /// <summary>The same for all objects of one image.</summary>
    public string ImageId { get; }

    /// <summary>The object's true category.</summary>
    public string Category { get; }

    /// <summary>Height of the image, in pixels.</summary>
    public int Height { get; }

    /// <summary>Width of the image, in pixels.</summary>
    public int Width { get; }

    /// <summary>x0, y0, x1, y1 around the whole true mask: from its first pixel to one past its last.</summary>
    public IReadOnlyList<int> Box { get; }

    /// <summary>x, y of the first point, a pixel of the true mask.</summary>
    public IReadOnlyList<int> Point { get; }

    /// <summary>
    /// Checksum of the true mask: SHA-256, in lower-case hexadecimal, of its Height·Width pixels, a byte of 0 or 1 each, row by row.
    /// </summary>
    public string Mask { get; }

    /// <summary>The value that the images of one patient or volume share; null if each image is a case.</summary>
    public string? CaseId { get; }

    /// <summary>The kind of image, such as "ct"; null where none was given.</summary>
    public string? Modality { get; }

    /// <summary>Different for different objects; rows with the same object have the same key.</summary>
    internal string Key => KeyOf(ImageId, Category, Mask, Height, Width);

    /// <summary>What is wrong with values that came from a file; null when nothing is.</summary>
    internal string? Problem =>
        string.IsNullOrWhiteSpace(ImageId) || string.IsNullOrWhiteSpace(Category) ? "an image id or a category is empty"
        : Height < 1 || Width < 1 ? FormattableString.Invariant($"the image has {Height} rows and {Width} columns")
        : Box is not [var x0, var y0, var x1, var y1] || x0 < 0 || y0 < 0 || x1 <= x0 || y1 <= y0 || x1 > Width || y1 > Height
            ? FormattableString.Invariant($"the box is not x0, y0, x1, y1 on an image {Width} wide and {Height} high")
        : Point is not [var x, var y] || x < x0 || y < y0 || x >= x1 || y >= y1 ? "the point is not x, y in the box"
        : Mask.Length != 64 ? FormattableString.Invariant($"the checksum of the mask has {Mask.Length} digits; expected 64")
        : null;

    internal static string KeyOf(string imageId, string category, string mask, int height, int width) =>
        FormattableString.Invariant($"{imageId}|{category}|{mask}|{height}|{width}");
}

/// <summary>A point prompt.</summary>
/// <param name="X">Column of the pixel in the original image.</param>
/// <param name="Y">Row of the pixel.</param>
/// <param name="OnObject">Whether the pixel belongs to the object (label 1) or to the background (label 0).</param>
internal sealed record EvaluationPoint(int X, int Y, bool OnObject);
