using Microsoft.ML.Data;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Onnx;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Pipeline;

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

    /// <summary>
    /// Predicts with a model that <see cref="SegSamTransformer.SaveOnnx"/> exported, by ML.NET's own ONNX transform: no libtorch is needed,
    /// and the fitted pipeline is saved and loaded like any other.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Three steps: the image and its box become the network's inputs, <c>ApplyOnnxModel</c> computes, and its outputs become the columns
    /// that <see cref="SegSamTransformer"/> lists (without LowResLogits). Fit trains nothing.
    /// </para>
    /// <para>
    /// The network sees each image once. Where a model takes closer looks at small objects (<see cref="SegSamOptions.Zoom"/>) that is the
    /// closer look: masks are those of <see cref="SegSamTransformer"/>, categories and presence are judged by the part alone. For other
    /// prompts, or for both looks, use <see cref="SegSamPredictor"/>.
    /// </para>
    /// </remarks>
    /// <param name="catalog">The transforms of an <see cref="MLContext"/>.</param>
    /// <param name="folder">What <see cref="SegSamTransformer.SaveOnnx"/> wrote; its segsam.onnx becomes part of the pipeline.</param>
    /// <param name="imageColumnName">MLImage of any size, or Vector&lt;Byte&gt; holding an encoded file.</param>
    /// <param name="boxColumnName">Vector&lt;Single, 4&gt;: x0 y0 x1 y1 in pixels of the original image.</param>
    /// <param name="gpuDeviceId">The GPU to use; null: as the context says.</param>
    /// <param name="fallbackToCpu">Whether the processor computes where there is no such GPU.</param>
    /// <exception cref="ArgumentException">
    /// A column has the name of one of the network's inputs or outputs, such as "image" or "boxes".
    /// </exception>
    /// <exception cref="IOException">There is no segsam.onnx in the folder.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or was not exported by this library.</exception>
    /// <exception cref="NotSupportedException">The model's weights are in a second file, which a pipeline cannot hold.</exception>
    /// <exception cref="DllNotFoundException">The program has no native ONNX Runtime.</exception>
    public static IEstimator<ITransformer> SegSamOnnx(
        this TransformsCatalog catalog,
        string folder,
        string imageColumnName = "Image",
        string boxColumnName = "Box",
        int? gpuDeviceId = null,
        bool fallbackToCpu = false)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentException.ThrowIfNullOrWhiteSpace(imageColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(boxColumnName);
        string[] own = [OnnxModels.Image, OnnxModels.Boxes, NetworkInputStep.GeometryColumn, .. OnnxModels.Answers];
        foreach (var (column, parameter) in ((string, string)[])
            [(imageColumnName, nameof(imageColumnName)), (boxColumnName, nameof(boxColumnName))])
        {
            if (own.Contains(column))
            {
                throw new ArgumentException(
                    $"'{column}' is a name of the network's own, which hides the column; copy the column.", parameter);
            }
        }

        var (file, model) = OnnxFolder.Whole(folder);
        var (input, output) = (new NetworkInputStep(model, imageColumnName, boxColumnName), new NetworkOutputStep(model));
        return new StepEstimator<NetworkInputRow>(input)
            .Append(catalog.ApplyOnnxModel(
                OnnxModels.Answers, [OnnxModels.Image, OnnxModels.Boxes], file, gpuDeviceId, fallbackToCpu))
            .Append(new StepEstimator<ScoredRow>(output))
            .Append(catalog.DropColumns(own));
    }

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
