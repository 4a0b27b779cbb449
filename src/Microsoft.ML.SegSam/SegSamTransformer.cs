using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SegSam;

/// <summary>A trained SEG-SAM: adds masks, categories and scores to rows of images and prompts.</summary>
/// <remarks>
/// <para>Output columns, for K categories and an image of H x W pixels; <see cref="SegSamOptions.OutputColumnPrefix"/> can precede their
/// names:</para>
/// <list type="table">
/// <item><term>BinaryMask</term><description>Vector&lt;Boolean&gt; of H·W, row-major: the mask of SAM's own decoder</description></item>
/// <item><term>SemanticMask</term><description>
/// Vector&lt;Key&lt;UInt32, K&gt;&gt; of H·W: the semantic decoder's mask; 0 (missing) is background, key values are the category names
/// </description></item>
/// <item><term>MaskSize</term><description>Vector&lt;Int32, 2&gt;: height, width</description></item>
/// <item><term>ClassScores</term><description>
/// Vector&lt;Single, K&gt;: probabilities of the prompted object's category, sum 1; slot names
/// </description></item>
/// <item><term>PredictedCategory</term><description>Key&lt;UInt32, K&gt;: the most probable category; key values</description></item>
/// <item><term>PresenceScores</term><description>
/// Vector&lt;Single, K&gt;: for each category, 0 to 1, whether another object of it is in the image; slot names
/// </description></item>
/// <item><term>PredictedIoU</term><description>
/// Single: the model's estimate of the binary mask's IoU, about 0 to 1 but unbounded
/// </description></item>
/// <item><term>LowResLogits</term><description>
/// Vector&lt;Single&gt;, only with <see cref="SegSamOptions.OutputLowResLogits"/>: mask logits to pass back as a mask prompt
/// </description></item>
/// </list>
/// <para>
/// ClassScores and PredictedCategory carry ML.NET's annotations of a multiclass classifier. A row without image or prompt gets empty masks,
/// NaN scores and missing keys. A prompt that is invalid for its image is an error that names column and row. Rows are scored in batches of
/// <see cref="SegSamOptions.BatchSize"/>; nearby rows of one image share its encoding. Many threads may use a transformer at once.
/// </para>
/// </remarks>
public sealed partial class SegSamTransformer : ITransformer, IDisposable
{
    static SegSamTransformer() => RegisterImageType();

    internal SegSamTransformer(SegSamModel model) => Model = model;

    /// <summary>Names of the model's categories, in the order of scores and keys.</summary>
    public IReadOnlyList<string> Categories => Model.Categories;

    /// <summary>Describes the model: network, preprocessing, prompts, settings.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public SegSamModelInfo Info => SegSamModelInfo.Of(Model);

    internal SegSamModel Model { get; }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The columns after scoring.</summary>
    /// <exception cref="ArgumentException">The image or a prompt column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">The model names no prompt column: see <see cref="FromCheckpoint"/>.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new SegSamMapper(Model, inputSchema).OutputSchema;

    /// <summary>The rows with the output columns added; nothing is computed until they are read.</summary>
    /// <inheritdoc cref="GetOutputSchema" path="/exception"/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new SegSamDataView(Model, input);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => new SegSamMapper(Model, inputSchema);

    /// <summary>Frees the weights. Views and engines made from this transformer cannot be used afterwards.</summary>
    public void Dispose() => Model.Dispose();

    // Lets users declare plain MLImage properties: without it ML.NET knows image columns of fixed size only.
    internal static void RegisterImageType() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));
}
