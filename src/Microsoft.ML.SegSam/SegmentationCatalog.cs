using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam;

/// <summary>Evaluation of segmentation models; reached by <c>ml.Segmentation()</c>.</summary>
public sealed class SegmentationCatalog
{
    private readonly IHostEnvironment _environment;

    internal SegmentationCatalog(IHostEnvironment environment) => _environment = environment;

    /// <summary>Compares a model's masks and names with the truth.</summary>
    /// <param name="scored">
    /// What a SEG-SAM model's <c>Transform</c> returns, the columns of truth still beside its output. Read once, row by row; only
    /// the needed columns are asked for, and of the masks only a few numbers are kept.
    /// </param>
    /// <param name="maskColumnName">
    /// The true mask, at the size of the image: an image, or a vector of bytes holding an encoded image file. Pixels with any
    /// non-zero colour channel are the object, as in training; fully transparent pixels have no colour. Images have 8 bits per channel: of a 16-bit file only the
    /// high byte is left, so values below 256 vanish.
    /// </param>
    /// <param name="categoryColumnName">The true category: text, or a key whose values are text.</param>
    /// <param name="presentCategoriesColumnName">
    /// Names of all categories annotated in the row's image (a vector of text), to rate the presence scores by.
    /// </param>
    /// <param name="imageIdColumnName">
    /// Instead of these, what the rows of one image share (text, or a key whose values are text): then the categories of those
    /// rows are the present ones. When both names are null, a column PresentCategories is used if there is one, else a column
    /// ImageId; without either <see cref="SegmentationMetrics.PresentF1"/> is NaN.
    /// </param>
    /// <param name="surfaceTolerance">
    /// Up to which distance outlines count as equal in the surface Dice (NSD): 0 or more, in pixels, or in mm where a pixel spacing is
    /// given. 2 is our choice; take what experts differ by.
    /// </param>
    /// <param name="pixelSpacing">
    /// The spacing of the pixels of all images; NSD and HD95 are then in mm. Null: in pixels. Images of several spacings have no common
    /// one: bring them to one spacing first, or evaluate them apart.
    /// </param>
    /// <returns>The metrics; they print as a table. <see cref="SegmentationMetrics"/> defines each.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type; the message says what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tolerance is negative or not a finite number.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no rows; or a row has no category, no readable true mask, or one of another size than the prediction.
    /// </exception>
    public SegmentationMetrics Evaluate(IDataView scored, string maskColumnName = "Mask", string categoryColumnName = "Category",
        string? presentCategoriesColumnName = null, string? imageIdColumnName = null, double surfaceTolerance = 2,
        PixelSpacing? pixelSpacing = null)
    {
        var ruler = new SurfaceRuler(surfaceTolerance, pixelSpacing);
        ArgumentNullException.ThrowIfNull(scored);
        ArgumentException.ThrowIfNullOrEmpty(maskColumnName);
        ArgumentException.ThrowIfNullOrEmpty(categoryColumnName);
        using var channel = _environment.Start("Segmentation; Evaluate");
        var columns = new ScoredColumns(
            scored.Schema, maskColumnName, categoryColumnName, presentCategoriesColumnName, imageIdColumnName);
        var metrics = SegmentationMetrics.From(ScoredRowReader.ReadAll(scored, columns, ruler), ruler);
        if (metrics.UnscoredRows > 0)
        {
            channel.Warning(MessageSensitivity.None,
                $"{metrics.UnscoredRows} of {metrics.Rows} rows have no prediction (unusable image or prompt); they count as 0.");
        }

        if (metrics.UnknownCategories.Count > 0)
        {
            channel.Warning(MessageSensitivity.UserData,
                $"Categories the model does not know, counted as missed: {string.Join(", ", metrics.UnknownCategories)}.");
        }

        return metrics;
    }
}
