using Microsoft.ML.Data;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML;

/// <summary>SEG-SAM in ML.NET's catalogs.</summary>
public static class SegSamCatalog
{
    /// <summary>Trains SEG-SAM: masks of prompted objects, with category and score.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="imageColumnName">MLImage of any size, or Vector&lt;Byte&gt; holding an encoded file.</param>
    /// <param name="boxColumnName">Vector&lt;Single, 4&gt;: x0 y0 x1 y1 in pixels of the original image.</param>
    /// <param name="pointsColumnName">Vector&lt;Single&gt;: x y of each click, in pixels of the original image.</param>
    /// <param name="pointLabelsColumnName">Vector&lt;Single&gt;: 1 = on the object, 0 = on the background, one for each click.</param>
    /// <param name="maskColumnName">MLImage (or encoded file as Vector&lt;Byte&gt;) of the image's size; of two levels the higher is the object (training).</param>
    /// <param name="categoryColumnName">Text: name of the object's category (training).</param>
    /// <param name="descriptionColumnName">Text describing the category, or Vector&lt;Single&gt;, its text embedding (training).</param>
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

    /// <summary>Trains SEG-SAM with every setting at hand.</summary>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="options">Columns and settings.</param>
    /// <exception cref="ArgumentException">An option has a value that is not allowed; the message names it.</exception>
    public static SegSamEstimator SegSam(this TransformsCatalog catalog, SegSamOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(CatalogUtils.GetEnvironment(catalog), options);
    }
}
