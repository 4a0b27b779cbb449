using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SegSam;

/// <summary>A trained SEG-SAM: adds masks, categories and scores to rows of images and prompts.</summary>
/// <remarks>
/// <para>Output columns; K categories, H x W the size of the row's image:</para>
/// <list type="table">
/// <item><term>BinaryMask</term><description>Vector&lt;Boolean&gt; of H·W, row-major: SAM's own decoder</description></item>
/// <item><term>SemanticMask</term><description>Vector&lt;Key&lt;UInt32, K&gt;&gt; of H·W: the semantic decoder; 0 (missing) is background, key values are the category names</description></item>
/// <item><term>MaskSize</term><description>Vector&lt;Int32, 2&gt;: height, width</description></item>
/// <item><term>ClassScores</term><description>Vector&lt;Single, K&gt;: probabilities of the prompted object's category, sum 1; slot names</description></item>
/// <item><term>PredictedCategory</term><description>Key&lt;UInt32, K&gt;: the most probable category; key values</description></item>
/// <item><term>PresentScores</term><description>Vector&lt;Single, K&gt;: for each category, 0 to 1, whether another object of it is in the image; slot names</description></item>
/// <item><term>MaskQuality</term><description>Single: predicted IoU of the binary mask, about 0 to 1 but unbounded</description></item>
/// <item><term>LowResLogits</term><description>Vector&lt;Single&gt;, only when asked for: to be fed back as a mask prompt</description></item>
/// </list>
/// <para>
/// A row without image or prompt gets empty masks, NaN scores and missing keys. A prompt that makes no sense for its image is an
/// error that names column and row. Rows are scored in batches of <see cref="SegSamOptions.BatchSize"/>, and rows of one image
/// near each other share its encoding. Safe to use from many threads at once.
/// </para>
/// </remarks>
public sealed partial class SegSamTransformer : ITransformer, IDisposable
{
    static SegSamTransformer() => RegisterImageType();

    internal SegSamTransformer(SegSamOptions options, SegSamModel model) => (Options, Model) = (options, model);

    /// <summary>Names of the categories that the model knows, in the order of scores and keys.</summary>
    public IReadOnlyList<string> Categories => Model.Categories;

    /// <summary>What the model is: network, preprocessing, settings.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public SegSamModelInfo Info => SegSamModelInfo.Of(Model, Options);

    internal SegSamOptions Options { get; }

    internal SegSamModel Model { get; }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The columns after scoring.</summary>
    /// <exception cref="ArgumentException">The image or a prompt column is missing or of the wrong type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new SegSamMapper(this, inputSchema).OutputSchema;

    /// <summary>The rows with the output columns added; nothing is computed until they are read.</summary>
    /// <exception cref="ArgumentException">The image or a prompt column is missing or of the wrong type.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new SegSamDataView(this, input);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => new SegSamMapper(this, inputSchema);

    /// <summary>Frees the weights. Views and engines made from this transformer cannot be used afterwards.</summary>
    public void Dispose() => Model.Dispose();

    internal AnswerView View(SegSamAnswer? answer) => new(answer, Categories.Count, Model.Network.Config.MaskSide);

    /// <summary>The columns that scoring reads, checked.</summary>
    internal IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema) =>
        [.. TrainingColumns.ScoringNeeds(Options.ImageColumnName, Options.PromptColumns()).Select(need => ColumnCheck.Require(schema, need))];

    // Lets users declare plain MLImage properties: without it ML.NET knows image columns of fixed size only.
    internal static void RegisterImageType() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));
}
