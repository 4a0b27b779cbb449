using Microsoft.ML.Data;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML;

/// <summary>SEG-SAM in ML.NET's catalogs: <c>ml.Transforms.SegSam(...)</c> and <c>ml.Segmentation</c>.</summary>
public static class SegSamCatalog
{
    extension(MLContext ml)
    {
        /// <summary>
        /// Evaluates segmentation models: <c>ml.Segmentation.Evaluate(model.Transform(test))</c>. Warnings go to the context's log.
        /// </summary>
        public SegmentationCatalog Segmentation
        {
            get
            {
                ArgumentNullException.ThrowIfNull(ml);
                return new(ml);
            }
        }
    }

    /// <summary>Trains SEG-SAM, which predicts the masks of prompted objects with their category and score.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="imageColumnName">MLImage of any size, or Vector&lt;Byte&gt; holding an encoded file.</param>
    /// <param name="boxColumnName">Vector&lt;Single, 4&gt;: x0 y0 x1 y1 in pixels of the original image.</param>
    /// <param name="pointsColumnName">Vector&lt;Single&gt;: x y of each point, in pixels of the original image.</param>
    /// <param name="pointLabelsColumnName">Vector&lt;Single&gt;: 1 = on the object, 0 = on the background, one for each point.</param>
    /// <param name="maskColumnName">
    /// MLImage (or encoded file as Vector&lt;Byte&gt;) of the image's size; of two levels the higher is the object (training).
    /// </param>
    /// <param name="categoryColumnName">Text: name of the object's category (training).</param>
    /// <param name="descriptionColumnName">
    /// Text that describes the category, or Vector&lt;Single&gt;, its text embedding (training).
    /// </param>
    /// <exception cref="ArgumentException">No prompt column is named.</exception>
    public static SegSamEstimator SegSam(
        this TransformsCatalog catalog,
        string imageColumnName = "Image",
        string? boxColumnName = null,
        string? pointsColumnName = null,
        string? pointLabelsColumnName = null,
        string maskColumnName = "Mask",
        string categoryColumnName = "Category",
        string? descriptionColumnName = null) =>
        catalog.SegSam(new SegSamOptions
        {
            ImageColumnName = imageColumnName,
            BoxColumnName = boxColumnName,
            PointsColumnName = pointsColumnName,
            PointLabelsColumnName = pointLabelsColumnName,
            MaskColumnName = maskColumnName,
            CategoryColumnName = categoryColumnName,
            DescriptionColumnName = descriptionColumnName,
        });

    /// <summary>Trains SEG-SAM with all settings available.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="options">Columns and settings.</param>
    /// <exception cref="ArgumentException">An option has an invalid value; the message names it.</exception>
    public static SegSamEstimator SegSam(this TransformsCatalog catalog, SegSamOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(CatalogUtils.GetEnvironment(catalog), options);
    }
}
