using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>Columns and settings of an evaluation by <see cref="SegmentationCatalog"/>.</summary>
public sealed record EvaluationOptions
{
    /// <summary>
    /// The image that was scored: MLImage, or Vector&lt;Byte&gt; holding an encoded image file. A contact sheet shows it; <c>Evaluate</c>
    /// reads it only to check that rows with one image id share one image. The protocol reads the model's own image column. Default
    /// "Image".
    /// </summary>
    public string ImageColumnName { get; init; } = "Image";

    /// <summary>
    /// The true mask, at the size of the image: MLImage, or Vector&lt;Byte&gt; holding an encoded image file. As in training, of two levels
    /// the higher one is the object; three or more levels are thresholded at half of the format's range, and a warning in the log counts
    /// such masks. Default "Mask".
    /// </summary>
    public string MaskColumnName { get; init; } = "Mask";

    /// <summary>The true category: text, or a key whose values are text. Default "Category".</summary>
    public string CategoryColumnName { get; init; } = "Category";

    /// <summary>
    /// Names of all categories annotated in the row's image (a vector of text), for <see cref="SegmentationMetrics.PresenceF1"/>. The
    /// protocol does not read it. Default null: see <see cref="ImageIdColumnName"/>.
    /// </summary>
    public string? PresentCategoriesColumnName { get; init; }

    /// <summary>
    /// A value that the rows of one image share: text, or a key whose values are text. <c>Evaluate</c> takes the categories of those rows
    /// as the categories present in the image. Default null: <c>Evaluate</c> uses a column PresentCategories if there is one, else a column
    /// ImageId, and without either <see cref="SegmentationMetrics.PresenceF1"/> is NaN; the protocol uses the column ImageId.
    /// </summary>
    public string? ImageIdColumnName { get; init; }

    /// <summary>
    /// Prefix of the model's output columns (BinaryMask and the others) in scored data. The protocol does not read them. Default "".
    /// </summary>
    public string OutputColumnPrefix { get; init; } = "";

    /// <summary>
    /// The distance up to which outlines count as equal in the surface Dice (NSD): 0 or more, in pixels, or in mm where a pixel spacing is
    /// given. Default 2 (our choice); choose the distance by which experts differ.
    /// </summary>
    public double SurfaceTolerance { get; init; } = 2;

    /// <summary>
    /// The pixel spacing of all images; NSD and HD95 are then in mm. Images with different spacings must be resampled to one spacing or
    /// evaluated separately. Default null: distances are in pixels.
    /// </summary>
    public PixelSpacing? PixelSpacing { get; init; }

    /// <exception cref="ArgumentException">The message names the property, the value found and what is expected.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tolerance is negative or not a finite number.</exception>
    internal SurfaceRuler Validate()
    {
        Require(!string.IsNullOrWhiteSpace(ImageColumnName), nameof(ImageColumnName), ImageColumnName, "the name of the image column");
        Require(!string.IsNullOrWhiteSpace(MaskColumnName), nameof(MaskColumnName), MaskColumnName, "the name of the column of true masks");
        Require(!string.IsNullOrWhiteSpace(CategoryColumnName), nameof(CategoryColumnName), CategoryColumnName,
            "the name of the column of true categories");
        Require(PresentCategoriesColumnName is null || !string.IsNullOrWhiteSpace(PresentCategoriesColumnName),
            nameof(PresentCategoriesColumnName), PresentCategoriesColumnName, "the name of a column, or null");
        Require(ImageIdColumnName is null || !string.IsNullOrWhiteSpace(ImageIdColumnName), nameof(ImageIdColumnName), ImageIdColumnName,
            "the name of a column, or null");
        Require(OutputColumnPrefix is not null, nameof(OutputColumnPrefix), OutputColumnPrefix, "a prefix, or \"\" for none");
        return new(SurfaceTolerance, PixelSpacing);
    }

    private static void Require(bool isValid, string property, string? found, string expected)
    {
        if (!isValid)
            throw new ArgumentException($"{property} is '{found ?? "null"}'; expected {expected}.", property);
    }
}
